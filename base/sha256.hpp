#pragma once

#include <cstddef>  // std::byte
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace agsweep {

/// SHA-256 (FIPS 180-4) of a stream of bytes, by OpenSSL's libcrypto.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(std::span<const std::byte> bytes);
  /// 64 lower-case hexadecimal digits. Call once, last.
  std::string hex();
  /// hex() of the bytes so far; more may follow.
  std::string hex_so_far() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256(std::span<const std::byte> bytes);

/// @throws DataError when the file is missing or cannot be read
std::string sha256_file(const std::filesystem::path& path);

}  // namespace agsweep
