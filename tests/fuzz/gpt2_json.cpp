// Input: a GPT-2's config.json, or the index of a sharded checkpoint.
#include "base/error.hpp"
#include "tests/fuzz/json_mutator.hpp"
#include "tests/fuzz/require.hpp"
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_config.hpp"

namespace agsweep {
namespace {

void fuzz_config(std::string_view json) try {
  const Gpt2Config config = parse_gpt2_config(json);
  for (const std::int64_t size : {config.vocabulary, config.positions, config.width, config.layers, config.heads, config.ffn}) {
    require(size >= 1 && size <= std::int64_t{1} << 24);
  }
  require(config.width % config.heads == 0 && config.norm_epsilon > 0);
  const std::string written = gpt2_config_json(config);
  require(gpt2_config_json(parse_gpt2_config(written)) == written);
} catch (const DataError&) {
}

void fuzz_index(std::string_view json) try {
  const std::filesystem::path folder = "/folder";
  for (const auto& [tensor, file] : parse_weight_map(json)) {
    require((folder / file).lexically_normal().parent_path() == folder && (folder / file).filename() == file);
  }
} catch (const DataError&) {
}

}  // namespace
}  // namespace agsweep

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  return agsweep::mutate_input(data, size, max_size, seed, agsweep::mutated_json);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  agsweep::fuzz_config(json);
  agsweep::fuzz_index(json);
  return 0;
}
