// The launcher's frames between other output.
#include <gtest/gtest.h>

#include <cstring>

#include "harness/kvm/launcher_output.h"
#include "harness/metal/blob.h"

namespace {

using harness::FrameReader;

std::string frame(kvm::Say say, const std::string& payload) {
  const kvm::FrameHeader header{kvm::kFrameMagic, say, static_cast<std::uint32_t>(payload.size()),
                                harness::crc32c(payload)};
  return std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + payload;
}

TEST(FrameReader, frame_between_other_output_is_found) {
  FrameReader reader;
  reader.feed("Bochs x86 Emulator 2.7\nKVM" + frame(kvm::Say::ready, "Linux") + "more");
  const auto found = reader.next();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->say, kvm::Say::ready);
  EXPECT_EQ(found->payload, "Linux");
  EXPECT_FALSE(reader.next());
}

TEST(FrameReader, frame_that_comes_byte_by_byte_is_found_once_it_is_whole) {
  FrameReader reader;
  const std::string bytes = frame(kvm::Say::log, "one line\n");
  for (std::size_t n = 0; n + 1 < bytes.size(); ++n) {
    reader.feed(bytes.substr(n, 1));
    ASSERT_FALSE(reader.next()) << n;
  }
  reader.feed(bytes.substr(bytes.size() - 1));
  EXPECT_TRUE(reader.next());
}

TEST(FrameReader, damaged_frame_is_passed_over_and_the_next_is_found) {
  std::string damaged = frame(kvm::Say::results, "12345678records");
  damaged[damaged.size() - 1] ^= 1;
  FrameReader reader;
  reader.feed(damaged + frame(kvm::Say::finished, ""));
  const auto found = reader.next();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->say, kvm::Say::finished);
}

TEST(FrameReader, frame_of_an_impossible_size_or_kind_is_none) {
  std::string big = frame(kvm::Say::log, "x");
  const std::uint32_t size = kvm::kMostPayload + 1;
  std::memcpy(big.data() + 8, &size, sizeof(size));
  FrameReader reader;
  reader.feed(big + frame(static_cast<kvm::Say>(77), "y"));
  EXPECT_FALSE(reader.next());
}

}  // namespace
