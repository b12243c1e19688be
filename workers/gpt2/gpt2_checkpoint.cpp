#include "workers/gpt2/gpt2_checkpoint.hpp"

#include <algorithm>  // std::find
#include <array>
#include <set>
#include <stdexcept>  // std::out_of_range

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/nearest_name.hpp"
#include "base/sha256.hpp"
#include "workers/gpt2/checkpoint_files.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "transformer.";
constexpr std::string_view score_name = "score.weight";
constexpr std::string_view head_name = "lm_head.weight";  // of the language model; the same values as wte.weight
constexpr std::array<std::string_view, 3> dtypes = {"F32", "F16", "BF16"};
constexpr std::size_t longest_name = 64;  // far above any of a GPT-2's; comparing a longer one with all of them would take long

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{:.100}]", fmt::format("{}", fmt::join(shape, ", ")));  // cut: a hostile one may have megabytes
}

using Metadata = std::map<std::string, std::string>;

/// safetensors.torch.save_model stores tied weights once, under either name, and maps the other name to that one in the metadata.
std::string_view first_name(std::string_view name, const Metadata& metadata) {
  const auto tied = metadata.find("transformer.wte.weight");
  return name == head_name && tied != metadata.end() && tied->second == name ? std::string_view(tied->first) : name;
}

/// Sorts the tensors of a checkpoint's files: those of the model, those to ignore, and those that are an error.
class Collector {
 public:
  explicit Collector(const Gpt2Config& config) : width_(config.width) {
    for (Gpt2Tensor& tensor : gpt2_tensors(config)) shapes_.emplace(std::move(tensor.name), std::move(tensor.shape));
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
      // The causal mask and its fill value, which transformers saved with the weights until 2023.
      for (const char* const buffer : {"bias", "masked_bias"}) ignored_.insert(fmt::format("h.{}.attn.{}", layer, buffer));
    }
  }

  void add(const fs::path& file, const TensorBytes& tensor, const Metadata& metadata) {
    const std::string_view full = first_name(tensor.name, metadata);
    const std::string name(full.starts_with(prefix) ? full.substr(prefix.size()) : full);
    if (full == head_name || ignored_.contains(name)) return;
    if (full != score_name && !shapes_.contains(name)) refuse_name(file, full, name);
    check_dtype_and_shape(file, tensor, name);
    if (!all_finite(tensor)) throw DataError("{}: {}: has values that are not finite", file.string(), full);
    const auto [first, added] = found_.try_emplace(name, &tensor);
    if (!added) throw DataError("{}: {}: a second tensor of this name; the first is {}", file.string(), full, first->second->name);
  }

  std::map<std::string, const TensorBytes*, std::less<>> complete(const fs::path& path) {
    std::size_t missing = 0;
    std::string_view first;
    for (const auto& [name, shape] : shapes_) {
      if (!found_.contains(name) && missing++ == 0) first = name;
    }
    if (missing == 1) throw DataError("{}: no tensor {}", path.string(), first);
    if (missing > 1) throw DataError("{}: no tensor {}, and {} more are missing", path.string(), first, missing - 1);
    return std::move(found_);
  }

 private:
  [[noreturn]] void refuse_name(const fs::path& file, std::string_view full, std::string_view name) const {
    std::vector<std::string_view> known = {score_name};
    for (const auto& entry : shapes_) known.push_back(entry.first);
    const std::string nearest = name.size() <= longest_name ? nearest_name(name, known) : "";
    throw DataError("{}: {:.400}: unexpected tensor{}", file.string(), full, nearest.empty() ? "" : "; the nearest known is " + nearest);
  }

  void check_dtype_and_shape(const fs::path& file, const TensorBytes& tensor, const std::string& name) const {
    if (std::find(dtypes.begin(), dtypes.end(), tensor.dtype) == dtypes.end()) {
      throw DataError("{}: {}: dtype {} is none of {}", file.string(), tensor.name, tensor.dtype, fmt::join(dtypes, ", "));
    }
    if (tensor.name == score_name) {
      if (tensor.shape.size() == 2 && tensor.shape[0] > 0 && tensor.shape[1] == width_) return;
      throw DataError("{}: {}: shape {} instead of [classes, {}]", file.string(), tensor.name, shape_text(tensor.shape), width_);
    }
    const std::vector<std::int64_t>& expected = shapes_.at(name);
    if (tensor.shape == expected) return;
    throw DataError("{}: {}: shape {} instead of {}, which config.json implies", file.string(), tensor.name, shape_text(tensor.shape),
                    shape_text(expected));
  }

  std::int64_t width_;
  std::map<std::string, std::vector<std::int64_t>> shapes_;
  std::set<std::string> ignored_;
  std::map<std::string, const TensorBytes*, std::less<>> found_;
};

/// Each tensor of the index must stand in the file that it names.
void check_index(const CheckpointFiles& files, const std::vector<SafetensorsFile>& read) {
  std::map<std::string, std::set<std::string_view>> names;  // by the file's name
  for (std::size_t i = 0; i < read.size(); ++i) {
    for (const TensorBytes& tensor : read[i].tensors()) names[files.weights[i].filename()].insert(tensor.name);
  }
  for (const auto& [tensor, file] : files.weight_map) {
    if (!names[file].contains(tensor)) throw DataError("{}: {:.400} is not in {}", files.index.string(), tensor, file);
  }
}

}  // namespace

Gpt2Checkpoint Gpt2Checkpoint::read(const fs::path& path) {
  const CheckpointFiles files = find_checkpoint_files(path);
  Gpt2Checkpoint checkpoint;
  checkpoint.config_ = read_gpt2_config(files.config);
  for (const fs::path& file : files.weights) checkpoint.files_.push_back(SafetensorsFile::read(file));
  check_index(files, checkpoint.files_);
  Collector collector(checkpoint.config_);
  for (std::size_t i = 0; i < files.weights.size(); ++i) {
    for (const TensorBytes& tensor : checkpoint.files_[i].tensors())
      collector.add(files.weights[i], tensor, checkpoint.files_[i].metadata());
  }
  checkpoint.tensors_ = collector.complete(path);
  return checkpoint;
}

const TensorBytes& Gpt2Checkpoint::tensor(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw std::out_of_range(std::string(name));
  return *found->second;
}

const TensorBytes* Gpt2Checkpoint::score() const {
  const auto found = tensors_.find(score_name);
  return found == tensors_.end() ? nullptr : found->second;
}

std::string unfit_score(std::int64_t labels, std::int64_t classes) {
  if (labels == classes) return "";
  return fmt::format("its head, score.weight, tells {} classes apart, not {}: a new one is trained in its place", labels, classes);
}

std::string gpt2_weights_sha256(const fs::path& path) {
  const CheckpointFiles files = find_checkpoint_files(path);
  if (files.index.empty()) return sha256_file(files.weights.front());
  Sha256 hash;
  for (const fs::path& file : files.weights) {
    const std::string digest = sha256_file(file);
    hash.update(std::as_bytes(std::span(digest)));
  }
  return hash.hex();
}

}  // namespace agsweep
