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

using Seen = std::map<std::string, Place>;

void read_named(Draft& draft, MapReader& reader, const SourceFile& file, Seen& seen, Named& named) {
  named.place = reader.place();
  named.id = reader.id("id");
  named.cite = read_cite(reader, file, draft.diagnostics);
  named.text = reader.text("text");
  check_unique(draft.diagnostics, seen, named.id, named.place);
}

// The results that are named, bit n for Spec::results[n].
std::uint64_t read_results(Draft& draft, MapReader& reader) {
  std::uint64_t set = 0;
  const auto& results = draft.spec.results;
  for (const Node* item : reader.words("of")) {
    const Result* const found = find_id(results, item->text);
    if (found == nullptr) {
      draft.diagnostics.add(item->place, fmt::format("there is no result '{}'", item->text), "an id of 'results'");
    } else {
      set |= std::uint64_t{1} << (found - results.data());
    }
  }
  return set;
}

OutcomeMember read_member(Draft& draft, const SourceFile& file, const Node& node, Seen& seen) {
  MapReader reader(node, draft.diagnostics, "member");
  OutcomeMember member;
  read_named(draft, reader, file, seen, member);
  member.kind = reader.choice("kind", kMemberKinds);
  member.results = read_results(draft, reader);
  member.reported = reader.flag("reported");
  if (reader.find("defined") != nullptr) {
    member.defined = reader.text("defined");
    check_unique(draft.diagnostics, seen, member.id + "_defined", member.place);
  }
  reader.done();
  return member;
}

}  // namespace

void read_outcome(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  Seen seen;
  for (const Node* item : reader.list("entries")) {
    MapReader entry(*item, draft.diagnostics, "entry");
    read_named(draft, entry, file, seen, draft.spec.entry_kinds.emplace_back());
    entry.done();
  }
  for (const Node* item : reader.list("results")) {
    MapReader entry(*item, draft.diagnostics, "result");
    Result& result = draft.spec.results.emplace_back();
    read_named(draft, entry, file, seen, result);
    result.flags = entry.choice("flags", kFlagEffects);
    entry.done();
  }
  for (const Node* item : reader.list("members")) {
    draft.spec.outcome.push_back(read_member(draft, file, *item, seen));
  }
  for (const Flag& flag : draft.spec.flags) {
    for (const char* level_set : {"_must", "_may"})
      check_unique(draft.diagnostics, seen, flag.id + level_set, flag.place);
  }
  reader.done();
}

}  // namespace spec
