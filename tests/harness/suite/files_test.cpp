// Vectors, files and selection: what is read, and what is refused.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "harness/suite/selection.h"
#include "tests/harness/cases.h"
#include "vectors/format/binary.h"
#include "vectors/format/document.h"
#include "vectors/format/file.h"
#include "vectors/format/identity.h"
#include "vectors/format/lines.h"
#include "vectors/format/self_contained.h"

namespace {

std::string file_with(const std::string& text) {
  std::string path = testing::TempDir() + "eptspec_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path) << text;
  return path;
}

// A purpose for each goal of each vector.
vectors::Document document_of(const std::string& profile, std::vector<vectors::Vector> list) {
  vectors::Document document{profile, "", {}, std::move(list)};
  for (const vectors::Vector& vector : document.vectors) {
    for (const std::string& goal : vector.goals) document.purposes.push_back({goal, vector.id, vector.cite, "", ""});
  }
  link(document);
  return document;
}

// In a file no case is there twice, and the ids are those of the cases.
vectors::Document eptp_document(const std::string& profile, std::size_t count) {
  std::vector<vectors::Vector> list = support::eptp_vectors(count);
  for (std::size_t n = 0; n < count; ++n) {
    list[n].asked.registers.eptp |= ept_word{n} << 20;
    list[n].id = vectors::id_of(list[n].asked);
  }
  return document_of(profile, std::move(list));
}

std::string lines_of(const vectors::Document& document) {
  std::ostringstream text;
  vectors::write_lines(document, text);
  return text.str();
}

TEST(Source, vectors_come_from_files_of_each_format_and_mistakes_are_named) {
  const vectors::Document document = eptp_document("usual", 5);
  std::ostringstream words;
  vectors::write_self_contained(document, words);
  for (const std::string& text : {lines_of(document), words.str(), vectors::to_binary(document.vectors)}) {
    std::vector<std::string> errors;
    const harness::VectorSet set = harness::load_vectors(file_with(text), errors);
    EXPECT_EQ(errors, std::vector<std::string>{});
    ASSERT_EQ(set.vectors.size(), 5U);
    EXPECT_EQ(set.vectors[0].id, document.vectors[0].id);
  }
  std::vector<std::string> errors;
  EXPECT_TRUE(harness::load_vectors("/nowhere", errors).vectors.empty());
  EXPECT_EQ(errors, std::vector<std::string>{
                        "/nowhere: does not exist; expected a file of vectors, a directory of such files, or builtin"});
}

TEST(Source, files_whose_vectors_are_not_what_the_manual_says_are_refused) {
  const vectors::Document document = eptp_document("usual", 2);
  vectors::Document wrong = document;
  wrong.vectors[1].expected.eptp_rules = EPT_RULE_EPTP_RESERVED_BIT;
  std::ostringstream words;
  vectors::write_self_contained(wrong, words);
  for (const std::string& text : {lines_of(wrong), words.str(), vectors::to_binary(wrong.vectors)}) {
    const std::string file = file_with(text);
    std::vector<std::string> errors;
    EXPECT_EQ(harness::load_vectors(file, errors).vectors.size(), 1U);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_TRUE(errors[0].starts_with(file + ":")) << errors[0];
    EXPECT_NE(errors[0].find(document.vectors[1].id + ": expects "), std::string::npos) << errors[0];
  }
}

TEST(Source, vector_of_several_profiles_counts_once_and_belongs_to_all) {
  const std::filesystem::path directory = testing::TempDir() + "eptspec_files_of_profiles";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const vectors::Document two = eptp_document("haswell", 2);
  const vectors::Document three = eptp_document("skylake", 3);
  for (const vectors::Document& document : {two, three})
    std::ofstream(directory / (document.profile + ".jsonl")) << lines_of(document);
  std::vector<std::string> errors;
  const harness::VectorSet set = harness::load_vectors(directory, errors);
  EXPECT_TRUE(errors.empty());
  ASSERT_EQ(set.vectors.size(), 3U);
  for (const vectors::Vector& vector : two.vectors)
    EXPECT_EQ(set.profiles.at(vector.id), (std::vector<std::string>{"haswell", "skylake"}));
  EXPECT_EQ(std::count_if(set.profiles.begin(), set.profiles.end(),
                          [](const auto& of) { return of.second == std::vector<std::string>{"skylake"}; }),
            1);
}

vectors::Vector vector_of_bit_8() {
  vectors::Vector vector = support::eptp_vectors(1)[0];
  vector.goals = {"cell/eptp/reserved_bit/bit_8"};
  return vector;
}

TEST(Selection, words_of_a_filter_must_all_hold) {
  for (const char* filter : {"", "eptp-", "reserved_bit", "id:eptp-0 goal:bit_8", "!goal:bit_9 question:eptp",
                             "rule:accepted", "profile:skylake"}) {
    EXPECT_TRUE(harness::selected(vector_of_bit_8(), {"haswell", "skylake"}, filter)) << filter;
  }
}

TEST(Selection, one_word_that_does_not_hold_is_enough) {
  for (const char* filter : {"bit_9", "id:tp", "reserved_bit !eptp-0", "question:walk", "profile:x"}) {
    EXPECT_FALSE(harness::selected(vector_of_bit_8(), {"haswell", "skylake"}, filter)) << filter;
  }
}

TEST(Selection, access_of_a_walk_is_called_as_in_reports) {
  vectors::Vector walk = vector_of_bit_8();
  EXPECT_FALSE(harness::selected(walk, {}, "access:data"));
  walk.asked.question = vectors::Question::walk;
  walk.asked.access = EPT_ACCESS_DATA_READ | EPT_ACCESS_GUEST_PAGING_STRUCTURE;
  EXPECT_TRUE(harness::selected(walk, {}, "access:data_read access:guest_paging_structure !access:data_write"));
}

TEST(Selection, unknown_key_is_refused) {
  EXPECT_THROW(harness::selected(vector_of_bit_8(), {"haswell", "skylake"}, "colour:blue"), std::runtime_error);
}

// What no file of ours is, and files that nobody can hold in memory.
TEST(File, what_cannot_be_read_whole_is_one_line) {
  const std::string huge = file_with("");
  std::filesystem::resize_file(huge, vectors::kMostFileBytes + 1);
  const auto why = [](const std::string& path) -> std::string {
    try {
      vectors::read_file(path, "cases");
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "read";
  };
  EXPECT_EQ(why("/nowhere"), "/nowhere: does not exist; expected cases");
  EXPECT_EQ(why("/tmp"), "/tmp: is a folder; expected cases");
  EXPECT_EQ(why("/dev/zero"), "/dev/zero: is a device; expected cases");
  EXPECT_EQ(why("/dev/null/x"), "/dev/null/x: Not a directory; expected cases");
  EXPECT_EQ(why(huge), huge + ": is larger than 256 MBytes; expected cases");
  EXPECT_EQ(why(file_with("cases")), "read");
}

TEST(File, pipe_is_read_until_its_end_or_the_limit) {
  const std::string path = file_with("") + ".pipe";
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const auto reads = [&](std::size_t bytes) -> std::size_t {
    std::thread writer([&] { std::ofstream(path) << std::string(bytes, 'x'); });
    std::size_t size = 0;
    try {
      size = vectors::read_file(path, "cases", 1000).size();
    } catch (const std::runtime_error&) {
    }
    writer.join();
    return size;
  };
  EXPECT_EQ(reads(1000), 1000U);
  EXPECT_EQ(reads(1001), 0U);
  std::filesystem::remove(path);
}

TEST(File, mistakes_in_json_are_plain_and_have_their_place) {
  EXPECT_EQ(vectors::place_in("a\nbcd", 4), "2:3");
  std::vector<std::string> errors;
  vectors::read_vectors("{\n ?", "f", errors);
  vectors::read_vectors("[1e999]", "f", errors);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].substr(0, 14), "f:2:2: no JSON");
  EXPECT_EQ(errors[1].find("json.exception"), std::string::npos);
}

int owners_of(const std::string& id, unsigned shards) {
  int owners = 0;
  for (unsigned n = 1; n <= shards; ++n) owners += harness::belongs({n, shards}, id) ? 1 : 0;
  return owners;
}

TEST(Selection, profile_of_many_processors_has_no_configuration) {
  harness::VectorSet set;
  for (const ept_word width : {39U, 46U}) {
    vectors::Vector vector;
    vector.id = "ept-" + std::to_string(width);
    vector.asked.registers.maxphyaddr = width;
    set.vectors.push_back(vector);
    set.profiles[vector.id] = {"any", "of_" + std::to_string(width)};
  }
  EXPECT_EQ(configuration_of(set, "of_46").maxphyaddr, 46U);
  EXPECT_THROW(configuration_of(set, "any"), std::runtime_error);
}

TEST(Selection, shards_partition_by_id) {
  for (const vectors::Vector& vector : support::eptp_vectors(100)) EXPECT_EQ(owners_of(vector.id, 7), 1);
}

bool is_refused(const char* shard) {
  try {
    harness::parse_shard(shard);
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

TEST(Selection, shard_is_two_numbers) {
  for (const char* wrong : {"", "1", "0/2", "3/2", "1/", "/2", "1/2x", "a/b"}) EXPECT_TRUE(is_refused(wrong)) << wrong;
}

}  // namespace
