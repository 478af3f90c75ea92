// FIPS 180-4: the examples that NIST publishes with the standard.
#include <gtest/gtest.h>

#include "vectors/format/sha256.h"

namespace {

TEST(Sha256, empty_message) {
  EXPECT_EQ(vectors::sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, one_block) {
  EXPECT_EQ(vectors::sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, two_blocks) {
  EXPECT_EQ(vectors::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, a_million_times_a) {
  EXPECT_EQ(vectors::sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
