// Self-contained vectors: read as written, and a changed number or word is refused.
#include <sstream>

#include <gtest/gtest.h>

#include "tests/vectors/format/samples.h"
#include "vectors/format/document.h"
#include "vectors/format/self_contained.h"

namespace {

using samples::committed;
using samples::has;
using samples::replaced;
using samples::with_goal;

std::string text_of(const vectors::Document& document) {
  std::ostringstream out;
  vectors::write_self_contained(document, out);
  return out.str();
}

std::vector<std::string> mistakes_in(const std::string& text) {
  std::vector<std::string> errors;
  vectors::read_vectors(text, "a.json", errors);
  return errors;
}

// One vector alone.
std::string sample() {
  vectors::Document document = committed();
  document.vectors = {with_goal("cell/pde_2m/reserved_bit/bit_13")};
  return text_of(document);
}

TEST(SelfContained, is_read_as_it_was_written) {
  std::vector<std::string> errors;
  const std::string text = text_of(committed());
  const vectors::Document read = vectors::read_vectors(text, "a.json", errors);
  EXPECT_EQ(errors, std::vector<std::string>{});
  EXPECT_EQ(text_of(read), text);
}

TEST(SelfContained, sentence_says_what_is_asked_and_what_is_right) {
  EXPECT_EQ(vectors::sentence(with_goal("cell/pde_2m/reserved_bit/bit_13")),
            "An access (data_read) at guest-physical address 0x0 causes an EPT misconfiguration at level 2: "
            "reserved_bit.");
  EXPECT_EQ(vectors::sentence(with_goal("entry/cell/pde_2m/reserved_bit/bit_13")),
            "The entry 0x400020b7 of level 2, read as pde_2m, is misconfigured: reserved_bit.");
  EXPECT_EQ(vectors::sentence(with_goal("cell/eptp/eptp_reserved_bit/bit_08")),
            "VM entry refuses the EPTP 0x111e: eptp_reserved_bit.");
}

TEST(SelfContained, every_changed_digit_of_a_vector_is_refused) {
  const std::string text = sample();
  ASSERT_EQ(mistakes_in(text), std::vector<std::string>{});
  const std::size_t last = text.find("\"goals\"");  // what a goal is called says nothing of the case
  std::size_t changed = 0;
  for (std::size_t at = text.find("\"vectors\""); at < last; ++at) {
    if (text[at] < '0' || text[at] > '9') continue;
    std::string other = text;
    other[at] = other[at] == '9' ? '8' : static_cast<char>(other[at] + 1);
    EXPECT_FALSE(mistakes_in(other).empty()) << other.substr(at - 20, 40);
    ++changed;
  }
  EXPECT_GT(changed, 100U);
}

TEST(SelfContained, mistakes_have_line_and_id) {
  const std::string id = with_goal("cell/pde_2m/reserved_bit/bit_13").id;
  EXPECT_EQ(mistakes_in(replaced(sample(), R"("result": "misconfiguration")", R"("result": "translated")")),
            std::vector{"a.json:7: " + id + ": expects translated where the manual says misconfiguration"});
  EXPECT_EQ(mistakes_in(replaced(sample(), R"("format": "pde_2m")", R"("format": "pde_pt")")),
            std::vector{"a.json:7: " + id + ": 'entries' is not what the case means"});
  EXPECT_TRUE(has(mistakes_in(replaced(sample(), "export 1", "export 9")), "'format' is not"));
  EXPECT_TRUE(has(mistakes_in("{\n ?"), "a.json:2:2: no JSON"));
}

}  // namespace
