#include "orchestrator/training/file_facts.hpp"

#include <span>

#include "base/sha256.hpp"
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/gpt2/gpt2_config.hpp"

namespace agsweep {

namespace fs = std::filesystem;

const BaseFacts& FileFacts::base(const fs::path& weights) {
  const auto known = bases_.find(weights);
  if (known != bases_.end()) return known->second;
  const Gpt2Config config = read_gpt2_config(find_checkpoint_files(weights).config);
  const std::string geometry = gpt2_config_json(config);
  return bases_[weights] = {.weights_sha256 = gpt2_weights_sha256(weights),
                            .geometry_sha256 = sha256(std::as_bytes(std::span(geometry))),
                            .random = config.random};
}

const std::string& FileFacts::init_sha256(const fs::path& init) {
  const auto known = inits_.find(init);
  if (known != inits_.end()) return known->second;
  const std::string sha256 = init.empty() ? "" : sha256_file(fs::is_directory(init) ? init / "adapter_model.safetensors" : init);
  return inits_[init] = sha256;
}

}  // namespace agsweep
