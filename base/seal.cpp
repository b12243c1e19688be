#include "base/seal.hpp"

#include <span>

#include "base/error.hpp"
#include "base/sha256.hpp"

namespace agsweep {

std::string sealed(std::string text) {
  const std::string digest = sha256(std::as_bytes(std::span(text)));
  return text.replace(text.find(no_seal_yet), no_seal_yet.size(), digest);
}

bool check_seal(std::string_view text, std::string_view before, const std::filesystem::path& path, std::string_view advice) {
  const std::size_t found = text.rfind(before);
  if (found == text.npos) return false;
  const std::string_view seal = text.substr(found + before.size(), no_seal_yet.size());
  std::string unsealed(text);
  unsealed.replace(found + before.size(), seal.size(), no_seal_yet);
  if (sha256(std::as_bytes(std::span(unsealed))) == seal) return true;
  throw DataError("{}: its content is not what its seal says (SHA-256 {:.12}..): it was changed or damaged; {}", path.string(), seal,
                  advice);
}

}  // namespace agsweep
