// tokenize_lines FOLDER: the tokens of texts, for tests in other languages.
// stdin: per text its bytes' count (uint32, this machine's order) and the bytes; stdout: per text its tokens' count (uint32) and the tokens
// (uint16).

#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include "data/tokenizer.hpp"

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: tokenize_lines FOLDER");
  const agsweep::Tokenizer tokenizer(argv[1]);
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
  return std::fflush(stdout) == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "tokenize_lines: %s\n", error.what());
  return 1;
}
