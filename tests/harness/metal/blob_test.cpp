// What goes to the image and comes back: framing and checksums.
#include "harness/metal/blob.h"

#include <cstring>

#include <gtest/gtest.h>

namespace {

using harness::crc32c;
using harness::read_results;

std::string sealed(std::string bytes) {
  const image::Seal seal{0, crc32c(std::string_view(bytes).substr(0, bytes.size() - sizeof(image::Seal)))};
  std::memcpy(bytes.data() + bytes.size() - sizeof(seal), &seal, sizeof(seal));
  return bytes;
}

template <class T>
std::string bytes_of(const T& object) {
  return {reinterpret_cast<const char*>(&object), sizeof(T)};
}

constexpr std::size_t kCases = 5;

constexpr std::size_t kWords = 30;
constexpr std::size_t kRecord = image::size_of_record(kWords);

// The results of kCases cases, with the cases' numbers as qualifications and as their last words.
std::string whole_results() {
  image::Probe probe{};
  probe.magic = image::kProbeMagic;
  probe.version = image::kWireVersion;
  probe.case_count = kCases;
  probe.record_words = kWords;
  std::string bytes = sealed(bytes_of(probe));
  bytes.resize(image::kProbeSize);
  for (std::uint32_t n = 0; n < kCases; ++n) {
    image::Record record{};
    record.magic = image::kRecordMagic;
    record.sequence = n;
    record.qualification = n;
    std::vector<std::uint64_t> words(kWords);
    words.back() = n;
    bytes += sealed(bytes_of(record) + std::string(reinterpret_cast<const char*>(words.data()), kWords * 8) +
                    std::string(sizeof(image::Seal), 0));
  }
  image::Trailer trailer{};
  trailer.magic = image::kTrailerMagic;
  return bytes + sealed(bytes_of(trailer));
}

TEST(Blob, crc32c_has_the_check_value_of_its_definition) { EXPECT_EQ(crc32c("123456789"), 0xe3069283U); }

TEST(Blob, whole_results_are_taken_whole) {
  const auto results = read_results(whole_results());
  EXPECT_EQ(results.problem, "");
  EXPECT_TRUE(results.probe && results.trailer);
  ASSERT_EQ(results.records.size(), kCases);
  EXPECT_EQ(results.records[4].qualification, 4U);
  ASSERT_EQ(results.records[4].words.size(), kWords);
  EXPECT_EQ(results.records[4].words[kWords - 1], 4U);
}

TEST(Blob, results_cut_at_20_places_give_what_is_before_the_cut) {
  const std::string whole = whole_results();
  for (std::size_t place = 0; place < 20; ++place) {
    const std::size_t size = whole.size() * place / 20;
    const auto results = read_results(std::string_view(whole).substr(0, size));
    EXPECT_NE(results.problem, "") << size;
    const std::size_t most = size < image::kProbeSize ? 0 : (size - image::kProbeSize) / kRecord;
    EXPECT_EQ(results.records.size(), most) << size;
    EXPECT_FALSE(results.trailer) << size;
  }
}

TEST(Blob, a_damaged_record_is_left_out_and_told) {
  std::string bytes = whole_results();
  bytes[image::kProbeSize + 3 * kRecord - 9] ^= 1;
  const auto results = read_results(bytes);
  ASSERT_EQ(results.records.size(), 4U);
  EXPECT_EQ(results.records[1].qualification, 1U);
  EXPECT_EQ(results.records[2].qualification, 3U);
  EXPECT_EQ(results.problem, "1 of 5 records missing, cut off or damaged");
}

TEST(Blob, results_with_more_words_than_a_case_has_are_none) {
  image::Probe probe{};
  probe.magic = image::kProbeMagic;
  probe.version = image::kWireVersion;
  probe.case_count = probe.record_words = ~0U;
  EXPECT_EQ(read_results(sealed(bytes_of(probe))).problem, "there are no results");
}

TEST(Blob, memory_that_the_image_never_wrote_is_no_result) {
  const auto results = read_results(std::string(image::results_size(kCases, kWords), '\0'));
  EXPECT_FALSE(results.probe);
  EXPECT_EQ(results.problem, "there are no results");
}

TEST(Blob, the_blob_is_checked_and_holds_pages_before_cases) {
  harness::MadeCase one{};
  one.id = 7;
  add_field(one, EPT_REGISTER_EPTP, 0x101e);
  one.words = {{0x1000, 0x2007}, {0x2000, 0x3007}};
  const std::string blob = harness::to_blob({{one}, {0x40000000}, 0x8000000, 0x40000000}, 0x10000000);
  ASSERT_EQ(blob.size(), sizeof(image::CasesHeader) + 8 + image::size_of_case(1, 2));
  image::CasesHeader header{};
  std::memcpy(&header, blob.data(), sizeof(header));
  EXPECT_EQ(header.magic, image::kCasesMagic);
  EXPECT_EQ(header.crc, crc32c(std::string_view(blob).substr(sizeof(header))));
  EXPECT_EQ(header.page_count, 1U);
  EXPECT_EQ(header.case_count, 1U);
  EXPECT_EQ(header.tables, 0x8000000U);
  EXPECT_EQ(header.record_words, 2U);
  EXPECT_EQ(image::body_size(header), blob.size() - sizeof(header));
}

TEST(Blob, cases_of_different_sizes_lie_behind_each_other) {
  harness::MadeCase first{};
  first.id = 7;
  add_field(first, EPT_REGISTER_EPTP, 0x101e, image::Base::identity_map);
  first.words = {{0x1000, 0x2007}, {0x2000, 0x3007}};
  harness::MadeCase second{};
  second.id = 8;
  const std::string blob = harness::to_blob({{first, second}, {}, 0, 0}, 0);
  const std::size_t size = blob.size() - sizeof(image::CasesHeader);
  std::vector<std::uint64_t> body(size / 8);
  std::memcpy(body.data(), blob.data() + sizeof(image::CasesHeader), size);
  const image::Case* const one = image::case_at(body.data(), size);
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(image::value_of(*one, 0x201a), 0x101eU);
  EXPECT_EQ(image::fields_of(*one)->base, image::Base::identity_map);
  EXPECT_EQ(image::words_of(*one)[1].value, 0x3007U);
  EXPECT_EQ(image::case_behind(one)->id, 8U);
  EXPECT_EQ(image::case_at(body.data(), one->size - 1), nullptr);
  EXPECT_EQ(image::case_at(image::case_behind(one), size - one->size), image::case_behind(one));
}

TEST(Blob, a_self_identifying_word_tells_its_address) {
  for (const std::uint64_t address : {0x40000000ULL, 0x7ffffff8ULL, 0x3ff008ULL}) {
    EXPECT_TRUE(image::is_identity(image::identity_word(address)));
    EXPECT_EQ(image::identified(image::identity_word(address)), address);
  }
  EXPECT_FALSE(image::is_identity(0));
}

}  // namespace
