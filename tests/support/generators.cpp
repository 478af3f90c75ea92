#include "tests/support/generators.h"

namespace support {

namespace {

rc::Gen<std::uint64_t> any_word() { return rc::gen::arbitrary<std::uint64_t>(); }

rc::Gen<std::uint64_t> word_with_few_bits(int most) {
  return rc::gen::map(rc::gen::resize(most, rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 64U))),
                      [](const std::vector<unsigned>& bits) {
                        std::uint64_t word = 0;
                        for (const unsigned bit : bits) word ^= std::uint64_t{1} << bit;
                        return word;
                      });
}

// RapidCheck's numbers are small at first; these have all bits from the start.
rc::Gen<std::uint64_t> full_word() { return rc::gen::resize(100, any_word()); }

}  // namespace

rc::Gen<Circumstances> any_machine() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(36, 53), full_word(), full_word(), full_word(), full_word(),
                                     full_word(), full_word(), rc::gen::element<std::uint64_t>(0x1e, 0x26, 0x18, 0x20)),
                      [](const auto& from) {
                        Circumstances machine;
                        machine.maxphyaddr = std::get<0>(from);
                        machine.capability = std::get<1>(from);
                        machine.pin_based = std::get<2>(from);
                        machine.primary = std::get<3>(from);
                        machine.secondary = std::get<4>(from);
                        machine.tertiary = std::get<5>(from);
                        machine.parameters = std::get<6>(from) & 1;
                        machine.eptp = std::get<7>(from) | (std::get<6>(from) & 0xc0) | 0x1000;
                        return machine;
                      });
}

rc::Gen<std::uint64_t> any_entry() {
  const auto near_good =
      rc::gen::map(rc::gen::tuple(rc::gen::element<std::uint64_t>(0x2007, 0x40000037, 0x800000b7, 0x2004, 0x2407, 0x7),
                                  word_with_few_bits(3)),
                   [](const auto& parts) { return std::get<0>(parts) ^ std::get<1>(parts); });
  return rc::gen::weightedOneOf<std::uint64_t>({{6, near_good}, {1, word_with_few_bits(2)}, {2, full_word()}});
}

rc::Gen<std::uint64_t> any_access(const spec::Spec& spec) {
  std::vector<std::uint64_t> named;
  for (const spec::Access& access : spec.accesses) named.push_back(access.attributes);
  return rc::gen::oneOf(rc::gen::elementOf(named),
                        rc::gen::map(full_word(), [](std::uint64_t word) { return word & 0xffff; }));
}

rc::Gen<std::uint64_t> any_gpa() {
  return rc::gen::oneOf(rc::gen::just<std::uint64_t>(0),
                        rc::gen::map(full_word(), [](std::uint64_t word) { return word & 0xffffffffffff; }),
                        rc::gen::map(full_word(), [](std::uint64_t word) { return word & 0xfffffffffffff; }));
}

rc::Gen<std::vector<std::uint64_t>> any_sub_page_entries() {
  return rc::gen::exec([] {
    std::vector<std::uint64_t> entries;
    for (const std::uint64_t good : {0x9001ULL, 0xa001ULL, 0xb001ULL, 0x5555000055551111ULL}) {
      const auto how = *rc::gen::inRange(0, 8);
      const std::uint64_t bit = std::uint64_t{1} << *rc::gen::inRange(0, 64);
      entries.push_back(how == 0 ? *any_entry() : how == 1 ? good ^ bit : good);
    }
    return entries;
  });
}

}  // namespace support
