// Media that boot the image. Tests: the run of Bochs in tests/harness/image.
#pragma once

#include <filesystem>
#include <string>

namespace harness {

// Where the build leaves the image; the environment's EPTSPEC_IMAGE comes first.
std::filesystem::path image_directory();

// Writes a raw disk that boots the image with these cases (metal/blob.h). Throws std::runtime_error.
void write_disk(const std::filesystem::path& path, const std::string& blob);

}  // namespace harness
