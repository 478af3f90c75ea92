#include "harness/kvm/frame_reader.h"

#include <cstring>

#include "harness/metal/blob.h"

namespace harness {

namespace {

constexpr std::string_view kMagic = "KVMF";

bool is_possible(const kvm::FrameHeader& header) {
  return header.say >= kvm::Say::ready && header.say <= kvm::Say::finished && header.size <= kvm::kMostPayload;
}

}  // namespace

std::optional<Frame> FrameReader::next() {
  for (;;) {
    const std::size_t at = pending_.find(kMagic);
    if (at == std::string::npos) {
      if (pending_.size() >= kMagic.size()) pending_.erase(0, pending_.size() - (kMagic.size() - 1));
      return std::nullopt;
    }
    pending_.erase(0, at);
    kvm::FrameHeader header{};
    if (pending_.size() < sizeof(header)) return std::nullopt;
    std::memcpy(&header, pending_.data(), sizeof(header));
    if (is_possible(header)) {
      if (pending_.size() < sizeof(header) + header.size) return std::nullopt;
      std::string payload = pending_.substr(sizeof(header), header.size);
      if (crc32c(payload) == header.crc) {
        pending_.erase(0, sizeof(header) + header.size);
        return Frame{header.say, std::move(payload)};
      }
    }
    pending_.erase(0, kMagic.size());
  }
}

}  // namespace harness
