#include "base/sha256.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <vector>

#include <fmt/ranges.h>
#include <openssl/evp.h>

#include "base/error.hpp"
#include "base/file_error.hpp"

namespace agsweep {

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) != 1) throw RunTimeError("OpenSSL: SHA-256 is not available");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) throw RunTimeError("OpenSSL: SHA-256 update failed");
  return *this;
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  if (EVP_DigestFinal_ex(context_->evp.get(), digest.data(), nullptr) != 1) throw RunTimeError("OpenSSL: SHA-256 failed");
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string Sha256::hex_so_far() const {
  Sha256 copy;
  if (EVP_MD_CTX_copy_ex(copy.context_->evp.get(), context_->evp.get()) != 1) throw RunTimeError("OpenSSL: SHA-256 failed");
  return copy.hex();
}

std::string sha256(std::span<const std::byte> bytes) { return Sha256().update(bytes).hex(); }

std::string sha256_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_read_error(path, errno);
  if (std::filesystem::is_directory(path)) throw DataError("{}: cannot read: it is a folder", path.string());
  Sha256 hash;
  std::vector<char> block(1 << 20);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    hash.update(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(in.gcount()))));
  }
  if (in.bad()) throw_read_error(path, errno);
  return hash.hex();
}

}  // namespace agsweep
