#include "harness/suite/baseline.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <numeric>
#include <regex>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/suite/selection.h"
#include "vectors/format/file.h"
#include "vectors/format/object.h"

namespace harness {

namespace {

using vectors::Object;

constexpr const char* kExpected = "a baseline: a JSON object with a list 'deviations'";
constexpr std::size_t kMostBytes = std::size_t{16} << 20;
constexpr int kWarningDays = 60;  // how long before its expiry an entry is warned of

Explained explained_of(Object& from) {
  if (!from.has("fate") && !from.has("reason")) return {pattern_of(from)};
  Explained one;
  one.reason = from.text("reason", false);
  const std::string fate = from.text("fate", false);
  for (const Fate any : kFates) {
    if (fate == name_of(any) && any != Fate::answered && any != Fate::unasked) one.fate = any;
  }
  if (!fate.empty() && !one.fate) from.wrong("'fate' is crash, hang or garbage");
  from.refuse_the_rest();
  return one;
}

// An object, or a list of them of which any will do.
std::vector<Explained> all_explained(Object& entry) {
  if (!entry.has("deviation")) return {};
  std::vector<Explained> all;
  for (Object& one : entry.objects("deviation")) all.push_back(explained_of(one));
  if (all.empty()) entry.wrong("'deviation' names at least one");
  if (!entry.has("filter")) entry.wrong("'deviation' stands beside 'filter'");
  return all;
}

// What is wrong with a filter.
std::string mistake_in(const std::string& filter) {
  try {
    selected({}, {}, filter);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

KnownDeviation known_of(Object& entry) {
  KnownDeviation known{entry.text("reason", true), entry.text("cite", true), entry.text("link", true),
                       entry.text("expires", true)};
  if (!known.expires.empty() && !is_day(known.expires)) entry.wrong("'expires' is a day, YYYY-MM-DD");
  known.vectors = entry.texts("vectors", false);
  known.filter = entry.text("filter", false);
  known.targets = entry.texts("targets", false);
  const bool ids = entry.has("vectors");
  if (ids == entry.has("filter") || ids == known.vectors.empty()) entry.wrong("either 'vectors' or 'filter' is needed");
  if (const std::string mistake = mistake_in(known.filter); !mistake.empty()) entry.wrong(mistake);
  if (known.targets.empty() && entry.has("targets")) entry.wrong("'targets' names at least one");
  known.explains = all_explained(entry);
  entry.refuse_the_rest();
  return known;
}

// The day that a text names, YYYY-MM-DD; without a value when there is no such day.
std::optional<std::chrono::sys_days> day_of(std::string_view text) {
  static const std::regex form(R"((\d{4})-(\d\d)-(\d\d))");
  std::match_results<std::string_view::const_iterator> parts;
  if (!std::regex_match(text.begin(), text.end(), parts, form)) return std::nullopt;
  const auto number = [&](std::size_t n) { return static_cast<unsigned>(std::stoul(parts[n])); };
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(number(1))), std::chrono::month(number(2)),
                                        std::chrono::day(number(3)));
  return day.ok() ? std::optional<std::chrono::sys_days>(day) : std::nullopt;
}

}  // namespace

bool is_day(std::string_view text) { return day_of(text).has_value(); }

std::vector<KnownDeviation> read_baseline(const std::string& path, std::vector<std::string>& errors) {
  std::vector<KnownDeviation> all;
  const std::size_t before = errors.size();
  try {
    const std::string text = vectors::read_file(path, kExpected, kMostBytes);
    vectors::read_object(text, path, 1, errors, [&](Object& from) {
      for (Object& entry : from.objects("deviations")) all.push_back(known_of(entry));
    });
    if (all.empty() && errors.size() != before) errors.back() += fmt::format("; expected {}", kExpected);
  } catch (const std::runtime_error& error) {
    errors.emplace_back(error.what());
  }
  return all;
}

namespace {

bool explains(const Explained& one, const Judgement& judgement, std::size_t part) {
  if (!judgement.deviations.empty()) return !one.is_of_error() && one.deviation.matches(judgement.deviations[part]);
  const bool is_fate = !one.fate || one.fate == judgement.fate;
  return one.is_of_error() && is_fate && judgement.reason.find(one.reason) != std::string::npos;
}

// Whether the entry explains this deviation; of an error there is one part.
bool explains(const KnownDeviation& entry, const Judgement& judgement, std::size_t part) {
  return entry.explains.empty() || std::any_of(entry.explains.begin(), entry.explains.end(),
                                               [&](const Explained& one) { return explains(one, judgement, part); });
}

std::vector<std::size_t> parts_of(const Judgement& judgement) {
  std::vector<std::size_t> parts(std::max<std::size_t>(judgement.deviations.size(), 1));
  std::iota(parts.begin(), parts.end(), std::size_t{0});
  return parts;
}

bool can_be_known(const Judgement& judgement) { return deviates(judgement.verdict) && was_asked(judgement); }

class Assessing {
 public:
  Assessing(const std::vector<vectors::Vector>& vectors, const std::vector<Judgement>& judgements, const Scope& scope)
      : vectors_(vectors), judgements_(judgements), scope_(scope), open_(vectors.size()) {
    result_.known.resize(vectors.size());
    for (std::size_t n = 0; n < vectors.size(); ++n) {
      index_[vectors[n].id] = n;
      const bool open = can_be_known(judgements[n]) && judgements[n].attributed_to.empty();
      if (open) open_[n] = parts_of(judgements[n]);
    }
  }

  void take(const KnownDeviation& entry, bool expired) {
    if (expired) result_.problems.push_back(fmt::format("expired on {}: {}", entry.expires, entry.reason));
    if (entry.filter.empty()) {
      take_ids(entry, expired);
    } else {
      take_filter(entry, expired);
    }
  }

  Assessment result() {
    for (std::size_t n = 0; n < open_.size(); ++n) {
      if (!open_[n].empty()) result_.known[n].clear();
    }
    return std::move(result_);
  }

 private:
  void take_ids(const KnownDeviation& entry, bool expired) {
    for (const std::string& id : entry.vectors) {
      const auto found = index_.find(id);
      if (found == index_.end()) {
        if (!std::binary_search(scope_.all_ids.begin(), scope_.all_ids.end(), id)) {
          result_.problems.push_back(fmt::format("unknown vector {}: {}", id, entry.reason));
        }
        continue;
      }
      const Verdict verdict = judgements_[found->second].verdict;
      if (verdict == Verdict::pass) {
        result_.problems.push_back(fmt::format("unexpected pass of {}: {}", id, entry.reason));
      }
      if (can_be_known(judgements_[found->second])) explain(entry, found->second, expired);
    }
  }

  void take_filter(const KnownDeviation& entry, bool expired) {
    std::size_t selects = 0;
    std::size_t put = 0;
    bool explains = false;
    for (std::size_t n = 0; n < vectors_.size(); ++n) {
      if (!selected(vectors_[n], {}, entry.filter)) continue;
      const Verdict verdict = judgements_[n].verdict;
      ++selects;
      if (deviates(verdict) || verdict == Verdict::pass) ++put;
      if (can_be_known(judgements_[n]) && explain(entry, n, expired)) explains = true;
    }
    const bool left_out = selects != 0 && put == 0;
    if (!explains && !left_out && scope_.whole && is_asked(entry.filter)) {
      result_.problems.push_back(fmt::format("no vector deviates as it says: {}", entry.reason));
    }
  }

  // Whether the vectors are of the question that the filter names, if it names one: a run may leave out checks.
  [[nodiscard]] bool is_asked(const std::string& filter) const {
    constexpr std::string_view kQuestion = "question:";
    const std::size_t at = filter.find(kQuestion);
    if (at == std::string::npos) return true;
    const std::string word = filter.substr(at, filter.find(' ', at) - at);
    return std::ranges::any_of(vectors_, [&](const auto& vector) { return selected(vector, {}, word); });
  }

  // Whether the entry explains something of the vector.
  bool explain(const KnownDeviation& entry, std::size_t n, bool expired) {
    const auto is_about = [&](std::size_t part) { return explains(entry, judgements_[n], part); };
    const std::vector<std::size_t> parts = parts_of(judgements_[n]);
    if (std::none_of(parts.begin(), parts.end(), is_about)) return false;
    if (expired) return true;
    std::erase_if(open_[n], is_about);
    result_.known[n].push_back(&entry);
    return true;
  }

  const std::vector<vectors::Vector>& vectors_;
  const std::vector<Judgement>& judgements_;
  const Scope& scope_;
  std::map<std::string, std::size_t> index_;
  std::vector<std::vector<std::size_t>> open_;  // of each vector the parts that no entry has explained yet
  Assessment result_;
};

bool concerns(const KnownDeviation& entry, const std::vector<std::string>& names) {
  return entry.targets.empty() ||
         std::find_first_of(names.begin(), names.end(), entry.targets.begin(), entry.targets.end()) != names.end();
}

// Days from today to the last day on which the entry counts; below 0: it has expired. Both texts are days.
std::int64_t days_left(const KnownDeviation& entry, const std::string& today) {
  return (day_of(entry.expires).value() - day_of(today).value()).count();
}

std::string warning_of(const KnownDeviation& entry, std::int64_t left) {
  if (left < 0) return fmt::format("expired on {}: {}", entry.expires, entry.reason);
  return fmt::format("expires in {} day{}, on {}: {}", left, left == 1 ? "" : "s", entry.expires, entry.reason);
}

}  // namespace

std::string reasons_of(const std::vector<const KnownDeviation*>& entries) {
  std::string reasons;
  for (const KnownDeviation* entry : entries) reasons += (reasons.empty() ? "" : "; ") + entry->reason;
  return reasons;
}

Assessment assess(const std::vector<KnownDeviation>& baseline, const std::vector<vectors::Vector>& vectors,
                  const std::vector<Judgement>& judgements, const Scope& scope, const std::string& today) {
  Assessing assessing(vectors, judgements, scope);
  std::vector<std::string> warnings;
  for (const KnownDeviation& entry : baseline) {
    if (!concerns(entry, scope.target_names)) continue;
    const std::int64_t left = days_left(entry, today);
    const bool fails = left < 0 && scope.expiry_fails;
    if (left <= kWarningDays && !fails) warnings.push_back(warning_of(entry, left));
    assessing.take(entry, fails);
  }
  Assessment result = assessing.result();
  result.warnings = std::move(warnings);
  return result;
}

}  // namespace harness
