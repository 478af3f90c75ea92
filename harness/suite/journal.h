// The judgements of a run on disk: a header, then one JSON object per line for each vector, appended when it is judged.
// A runner that is killed loses none of them. An incomplete last line is ignored. Tests:
// tests/harness/suite/journal_test.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/judge/judge.h"
#include "harness/suite/capabilities.h"

namespace harness {

// What a journal is about. Only a run that is equal in all of it may go on with it.
struct JournalHeader {
  std::string target;
  std::string name;
  std::string version;
  std::string vectors;       // digest of all vectors there are
  std::string filter;        // as it was given
  std::string shard;         // "1/1" for all
  std::size_t selected = 0;  // vectors that the run puts to the target
  Processor processor = {};  // that the target is
  bool operator==(const JournalHeader&) const = default;
};

struct JournalContent {
  JournalHeader header;
  std::map<std::string, Judgement> judgements;  // by id
  std::size_t whole_bytes = 0;                  // up to and including the last whole line; 0 when there is none
};

// Throws std::runtime_error with one line when the file cannot be read or is no journal.
JournalContent read_journal(const std::string& path);

class Journal {
 public:
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  // Begins an empty one, over an earlier one. A file that is no journal is refused, as is one that another process
  // writes to.
  void create(const std::string& path, const JournalHeader& header);
  // Goes on behind the last whole line.
  void append_to(const std::string& path, const JournalContent& content);
  // Notes a line; flush() hands all notes to the system in one piece.
  void note(const std::string& id, const Judgement& judgement);
  void flush();

 private:
  void open(const std::string& path, int flags);

  std::string path_;
  int fd_ = -1;
  std::string pending_;
};

}  // namespace harness
