#include "harness/image/boot.h"

#include "harness/image/multiboot.h"
#include "harness/image/support.h"

namespace image {

namespace {

struct Tag {
  uint32_t type;
  uint32_t size;
};
constexpr uint32_t kEndTag = 0;
constexpr uint32_t kModuleTag = 3;
constexpr uint32_t kMapTag = 6;

void read_map_tag(uint64_t tag, Boot& boot) {
  const uint32_t entry_size = at<uint32_t>(tag + 8);
  const uint64_t end = tag + at<Tag>(tag).size;
  for (uint64_t entry = tag + 16; entry_size != 0 && entry + entry_size <= end; entry += entry_size) {
    add_range(boot, at<uint64_t>(entry), at<uint64_t>(entry + 8), at<uint32_t>(entry + 16));
  }
}

}  // namespace

void add_range(Boot& boot, uint64_t base, uint64_t size, uint32_t type) {
  if (type == kUsable && boot.range_count < kMaxRanges) boot.ranges[boot.range_count++] = {base, size};
}

void take_away(Boot& boot, uint64_t base, uint64_t size) {
  const uint64_t end = base + size;
  const uint32_t count = boot.range_count;
  for (uint32_t n = 0; n < count; ++n) {
    MemoryRange& range = boot.ranges[n];
    const uint64_t range_end = range.base + range.size;
    if (end <= range.base || base >= range_end) continue;
    if (end < range_end) add_range(boot, end, range_end - end, kUsable);
    range.size = base > range.base ? base - range.base : 0;
  }
}

void read_multiboot1(uint64_t from, Boot& boot) {
  const auto& info = at<Multiboot1>(from);
  if ((info.flags & kHasModules) != 0 && info.module_count != 0) {
    boot.cases = &at<CasesHeader>(at<uint32_t>(info.modules));
  }
  if ((info.flags & kHasMap) == 0) return;
  for (uint64_t entry = info.map; entry < uint64_t{info.map} + info.map_size;) {
    const auto& range = at<MapEntry>(entry);
    add_range(boot, range.base, range.length, range.type);
    entry += range.size + sizeof(range.size);
  }
}

void read_multiboot2(uint64_t from, Boot& boot) {
  const uint64_t end = from + at<uint32_t>(from);
  for (uint64_t tag = from + 8; tag + sizeof(Tag) <= end;) {
    const auto& head = at<Tag>(tag);
    if (head.type == kEndTag || head.size < sizeof(Tag)) return;
    if (head.type == kModuleTag && boot.cases == nullptr) boot.cases = &at<CasesHeader>(at<uint32_t>(tag + 8));
    if (head.type == kMapTag) read_map_tag(tag, boot);
    tag += (head.size + 7) & ~7u;
  }
}

}  // namespace image
