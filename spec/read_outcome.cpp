// What an entry can be, how an access can end, and what its outcome consists of.

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

const std::vector<Choice<Effect Flag::*>> kFlagEffects = {{"on_success", &Flag::on_success},
                                                          {"on_violation", &Flag::on_violation},
                                                          {"on_misconfiguration", &Flag::on_misconfiguration}};
const std::vector<Choice<MemberKind>> kMemberKinds = {{"level", MemberKind::level},
                                                      {"number", MemberKind::number},
                                                      {"address", MemberKind::address},
                                                      {"bits", MemberKind::bits}};

OutcomeMember read_member(const std::vector<Result>& results, MapReader& reader, Seen& seen) {
  OutcomeMember member;
  reader.name(member, seen);
  member.kind = reader.choice("kind", kMemberKinds);
  for (const Result* found : reader.found(
           "of", [&](const auto& id) { return find_id(results, id); }, "there is no result '{}'", "an id of 'results'"))
    member.results |= std::uint64_t{1} << (found - results.data());
  member.reported = reader.flag("reported");
  if (reader.find("defined") != nullptr) {
    member.defined = reader.text("defined");
    reader.once(seen, member.id + "_defined");
  }
  return member;
}

}  // namespace

void read_outcome(Draft& draft, MapReader& reader) {
  Seen seen;
  draft.spec.entry_kinds = reader.each("entries", "entry", [&](MapReader& entry) {
    Named kind;
    entry.name(kind, seen);
    return kind;
  });
  draft.spec.results = reader.each("results", "result", [&](MapReader& entry) {
    Result result;
    entry.name(result, seen);
    result.flags = entry.choice("flags", kFlagEffects);
    return result;
  });
  draft.spec.outcome =
      reader.each("members", "member", [&](MapReader& entry) { return read_member(draft.spec.results, entry, seen); });
  for (const Flag& flag : draft.spec.flags) {
    for (const char* level_set : {"_must", "_may"})
      check_unique(draft.diagnostics, seen, flag.id + level_set, flag.place);
  }
}

}  // namespace spec
