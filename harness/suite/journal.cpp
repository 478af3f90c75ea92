#include "harness/suite/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "vectors/format/expectation.h"
#include "vectors/format/file.h"
#include "vectors/format/object.h"

namespace harness {

namespace {

using vectors::json_text;
using vectors::Object;

constexpr const char* kExpected = "a journal that run --journal wrote";
constexpr std::string_view kBegin = "{\"eptspec_journal\":1,";

// Whether it may be written over: a journal, perhaps cut off in its first words. To be asked before it is locked, since
// closing any descriptor of the file gives up the lock.
bool is_ours(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return true;  // new, or a device
  std::ifstream in(path, std::ios::binary);
  std::string begin(kBegin.size(), '\0');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return kBegin.starts_with(begin.substr(0, static_cast<std::size_t>(in.gcount())));
}

std::string members_of(const Processor& processor) {
  if (processor.registers.maxphyaddr == 0) return {};
  std::string msrs;
  for (const auto& [name, value] : vectors::registers_in(processor.registers, vectors::kCapabilities))
    msrs += fmt::format(R"({}"{}":"{:#x}")", msrs.empty() ? "" : ",", name, value);
  return fmt::format(R"(,"maxphyaddr":{},"registers":{{{}}})", processor.registers.maxphyaddr, msrs);
}

std::string line_of(const JournalHeader& header) {
  return fmt::format(
      "{{\"eptspec_journal\":1,\"target\":{},\"name\":{},\"version\":{},\"vectors\":{},\"filter\":{},\"shard\":{},"
      "\"selected\":{}{}}}\n",
      json_text(header.target), json_text(header.name), json_text(header.version), json_text(header.vectors),
      json_text(header.filter), json_text(header.shard), header.selected, members_of(header.processor));
}

std::string line_of(const std::string& id, const Judgement& judgement) {
  std::string times;
  for (const Verdict one : judgement.times) times += fmt::format("{}\"{}\"", times.empty() ? "" : ",", name_of(one));
  if (!times.empty()) times = ",\"times\":[" + times + "]";
  return fmt::format("{{\"id\":{},\"verdict\":\"{}\"{}{}}}\n", json_text(id), name_of(judgement.verdict), times,
                     json_members(judgement, judgement.reason));
}

JournalHeader header_of(Object& from) {
  if (from.integer("eptspec_journal", 1, 1) != 1) return {};
  JournalHeader header{from.any_text("target"),  from.any_text("name"),   from.any_text("version"),
                       from.any_text("vectors"), from.any_text("filter"), from.any_text("shard"),
                       from.number("selected")};
  if (from.has("maxphyaddr")) header.processor.registers.maxphyaddr = from.number("maxphyaddr");
  vectors::read_registers(from, vectors::kCapabilities, header.processor.registers);
  return header;
}

// What the reports count on, see report/report.schema.json. Empty when it is all there.
std::string lack_of(const Judgement& judgement) {
  const bool deviations = !judgement.deviations.empty();
  switch (judgement.verdict) {
    case Verdict::pass: return deviations ? "a pass has no deviations" : "";
    case Verdict::fail: return deviations ? "" : "a fail without deviations";
    case Verdict::skipped:
    case Verdict::not_applicable:
    case Verdict::error: break;
    case Verdict::flaky: return judgement.times.size() == 2 ? "" : "a flake without its two verdicts";
  }
  if (judgement.verdict == Verdict::error && judgement.fate == Fate::answered) return "an error without its fate";
  return judgement.reason.empty() ? fmt::format("the verdict {} without a reason", name_of(judgement.verdict)) : "";
}

template <class All>
typename All::value_type called(const All& all, const std::string& text, Object& from, const char* name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto one) { return text == name_of(one); });
  if (found != all.end()) return *found;
  from.wrong(fmt::format("'{}' cannot be \"{}\"", name, text));
  return all.front();
}

Judgement judgement_of(Object& from) {
  const std::size_t before = from.errors().size();
  Judgement judgement;
  judgement.verdict = called(kVerdicts, from.text("verdict", true), from, "verdict");
  if (from.has("fate")) judgement.fate = called(kFates, from.text("fate", true), from, "fate");
  for (const std::string& one : from.texts("times", false))
    judgement.times.push_back(called(kVerdicts, one, from, "times"));
  judgement.reason = from.text("reason", false);
  if (from.has("deviations")) {
    for (Object& one : from.objects("deviations")) judgement.deviations.push_back(deviation_of(one));
  }
  const std::string lack = lack_of(judgement);
  if (from.errors().size() == before && !lack.empty()) from.wrong(lack);
  return judgement;
}

}  // namespace

JournalContent read_journal(const std::string& path) {
  const std::string text = vectors::read_file(path, kExpected);
  JournalContent content;
  std::vector<std::string> errors;
  std::size_t number = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', content.whole_bytes)) {
    const std::string_view line = std::string_view(text).substr(content.whole_bytes, end - content.whole_bytes);
    vectors::read_object(line, path, ++number, errors, [&](Object& from) {
      if (number == 1)
        content.header = header_of(from);
      else
        content.judgements[from.text("id", true)] = judgement_of(from);  // a later line is the later word
      from.refuse_the_rest();
    });
    if (!errors.empty()) throw std::runtime_error(fmt::format("{}; expected {}", errors.front(), kExpected));
    content.whole_bytes = end + 1;
  }
  return content;
}

Journal::~Journal() {
  if (fd_ >= 0) close(fd_);
}

void Journal::open(const std::string& path, int flags) {
  path_ = path;
  fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (fd_ < 0) throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  const bool taken = fcntl(fd_, F_SETLK, &whole) != 0 && (errno == EAGAIN || errno == EACCES);
  if (taken) throw std::runtime_error(path + ": another run writes to this journal");
}

void Journal::create(const std::string& path, const JournalHeader& header) {
  if (!is_ours(path))
    throw std::runtime_error(path + ": is not a journal and is not changed; expected a journal or a new file");
  open(path, O_CREAT);
  if (ftruncate(fd_, 0) != 0 && errno != EINVAL) {  // a device has no length
    throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  pending_ = line_of(header);
  flush();
}

void Journal::append_to(const std::string& path, const JournalContent& content) {
  open(path, 0);
  const auto whole = static_cast<off_t>(content.whole_bytes);
  if (ftruncate(fd_, whole) != 0 || lseek(fd_, whole, SEEK_SET) != whole) {
    throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
  }
}

void Journal::note(const std::string& id, const Judgement& judgement) {
  if (fd_ < 0) return;
  pending_ += line_of(id, judgement);
}

void Journal::flush() {
  std::size_t written = 0;
  while (fd_ >= 0 && written < pending_.size()) {
    const ssize_t count = write(fd_, pending_.data() + written, pending_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw std::runtime_error(fmt::format("{}: {}", path_, std::strerror(errno)));
    written += static_cast<std::size_t>(count);
  }
  pending_.clear();
}

}  // namespace harness
