// Results as they come back: frames among words on a serial line, the sectors of a disk.
#include "harness/boot/serial_line.h"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "harness/boot/media.h"

namespace {

using harness::results_in;
using harness::results_in_frames;

std::string frame(std::uint32_t offset, const std::string& data) {
  image::Frame head{
      image::kFrameMagic, offset, static_cast<std::uint32_t>(data.size()), harness::crc32c(data), 0, 0, 0};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof(head));
  head.crc = harness::crc32c(std::string_view(bytes).substr(0, sizeof(head) - 8));
  std::memcpy(bytes.data(), &head, sizeof(head));
  return bytes + data;
}

const std::string kFirst = "0123456789abcdef";
const std::string kSecond = "ABCDEFGH";

TEST(Serial, frames_are_found_among_words_in_any_order) {
  const std::string line =
      "eptspec image\n" + frame(16, kSecond) + "words ETFRAME words" + frame(0, kFirst) + "the end";
  EXPECT_EQ(results_in_frames(line), kFirst + kSecond);
}

TEST(Serial, a_later_frame_is_the_later_word) {
  EXPECT_EQ(results_in_frames(frame(0, kFirst) + frame(8, kSecond)), "01234567ABCDEFGH");
}

TEST(Serial, a_damaged_frame_costs_its_data_and_no_other) {
  const std::string line = frame(0, kFirst) + frame(16, kSecond);
  for (std::size_t at = 0; at < frame(0, kFirst).size(); ++at) {
    std::string damaged = line;
    damaged[at] ^= 0x10;
    const bool behind_the_checksums = at >= 24 && at < 28;  // padding
    EXPECT_EQ(results_in_frames(damaged), (behind_the_checksums ? kFirst : std::string(16, '\0')) + kSecond) << at;
  }
}

TEST(Serial, a_cut_line_gives_its_whole_frames) {
  const std::string line = frame(0, kFirst) + frame(16, kSecond);
  for (std::size_t size = 0; size < line.size(); ++size) {
    const std::string whole = size < frame(0, kFirst).size() ? "" : kFirst;
    EXPECT_EQ(results_in_frames(std::string_view(line).substr(0, size)), whole) << size;
  }
}

TEST(Serial, an_offset_beyond_all_memory_is_not_taken) {
  EXPECT_EQ(results_in_frames(frame(0xfffffff8U, kSecond)), "");
}

TEST(Serial, bytes_of_chance_are_no_results) {
  std::mt19937_64 random(20260706);
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random() % 2000, '\0');
    for (char& one : bytes) one = static_cast<char>(random());
    const std::string mark = round % 2 == 0 ? "EPTSDISK" : "ETFRAME\x1d";  // a boot sector, a frame
    if (bytes.size() > 0x198 + mark.size()) mark.copy(bytes.data() + 0x198, mark.size());
    EXPECT_FALSE(harness::read_results(results_in(bytes)).probe) << round;
  }
}

}  // namespace
