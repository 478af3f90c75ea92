#include "harness/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace harness {

namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& object) { return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json to_json(const JournalHeader& header) {
  return {{"eptspec_journal", 1},      {"target", header.target},    {"name", header.name},
          {"version", header.version}, {"vectors", header.vectors},  {"filter", header.filter},
          {"shard", header.shard},     {"selected", header.selected}};
}

JournalHeader header_of(const Json& object) {
  if (object.at("eptspec_journal") != 1) throw std::runtime_error("of another version");
  return {object.at("target"), object.at("name"),  object.at("version"), object.at("vectors"),
          object.at("filter"), object.at("shard"), object.at("selected")};
}

Judgement judgement_of(const Json& object) {
  Judgement judgement;
  const std::string verdict = object.at("verdict");
  const auto* const found =
      std::find_if(std::begin(kVerdicts), std::end(kVerdicts), [&](Verdict one) { return verdict == name_of(one); });
  if (found == std::end(kVerdicts)) throw std::runtime_error("unknown verdict " + verdict);
  judgement.verdict = *found;
  judgement.reason = object.value("reason", "");
  if (!object.contains("deviations")) return judgement;
  for (const Json& one : object["deviations"]) judgement.deviations.push_back({one.at(0), one.at(1), one.at(2)});
  return judgement;
}

}  // namespace

JournalContent read_journal(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in.good() && !in.eof()) throw std::runtime_error(path + ": cannot be read");
  JournalContent content;
  std::size_t number = 0;
  try {
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', content.whole_bytes)) {
      const Json object = Json::parse(text.substr(content.whole_bytes, end - content.whole_bytes));
      ++number;
      if (number == 1) {
        content.header = header_of(object);
      } else {
        content.judgements[object.at("id")] = judgement_of(object);  // a later line is the later word
      }
      content.whole_bytes = end + 1;
    }
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}:{}: no journal: {}", path, number + 1, error.what()));
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
}

void Journal::create(const std::string& path, const JournalHeader& header) {
  open(path, O_CREAT | O_TRUNC);
  pending_ = line_of(to_json(header));
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
  Json object = {{"id", id}, {"verdict", name_of(judgement.verdict)}};
  if (!judgement.reason.empty()) object["reason"] = judgement.reason;
  for (const Deviation& one : judgement.deviations) {
    object["deviations"].push_back({one.field, one.expected, one.observed});
  }
  pending_ += line_of(object);
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
