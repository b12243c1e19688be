// tokenize_lines FOLDER: the tokens of texts, for tests in other languages.
// stdin: per text its bytes' count (uint32, this machine's order) and the bytes; stdout: per text its tokens' count (uint32) and the tokens
// (uint16).

#include <cstdint>
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "data/tokenizer.hpp"
#include "tests/support/helper_program.hpp"

namespace {

void tokenize(const std::string& folder) {
  const agsweep::Tokenizer tokenizer(folder);
  agsweep::Tokenizer::Encoder encoder(tokenizer);
  std::string text;
  std::vector<std::uint16_t> tokens;
  for (std::uint32_t size = 0; std::fread(&size, sizeof size, 1, stdin) == 1;) {
    text.resize(size);
    if (std::fread(text.data(), 1, size, stdin) != size) throw std::runtime_error("the input ends inside a text");
    tokens.clear();
    encoder.encode(text, std::numeric_limits<std::size_t>::max(), tokens);
    const auto count = static_cast<std::uint32_t>(tokens.size());
    std::fwrite(&count, sizeof count, 1, stdout);
    std::fwrite(tokens.data(), sizeof tokens[0], count, stdout);
  }
  if (std::fflush(stdout) != 0) throw std::runtime_error("the output cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
  return agsweep::testing_support::run_helper(
      argc, argv, [](const std::vector<std::string>& words) { return words.size() == 1 && (tokenize(words[0]), true); });
}
