#include "workers/lora/adapter_tensors.hpp"

#include <algorithm>  // std::any_of, std::find_if, std::max
#include <charconv>   // std::from_chars
#include <set>
#include <string>

#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"

namespace agsweep {

namespace {

constexpr std::string_view block_prefix = "transformer.h.";
constexpr std::int64_t most_blocks = 10'000;  // far above any GPT-2's; a hostile name must not ask for more memory than that

void check_shape(const TensorBytes& tensor, bool good, std::string_view expected) {
  if (good && std::find(tensor.shape.begin(), tensor.shape.end(), 0) == tensor.shape.end()) return;
  throw DataError("{}: its shape is [{}], expected {}", tensor.name, fmt::join(tensor.shape, ", "), expected);
}

void check_dtype(const TensorBytes& tensor) {
  if (tensor.dtype == "F32" || tensor.dtype == "F16" || tensor.dtype == "BF16") return;
  throw DataError("{}: its dtype is {}, expected F32, F16 or BF16", tensor.name, tensor.dtype);
}

std::set<std::string> expected_names(const LoraConfig& lora, std::int64_t blocks) {
  std::set<std::string> names = {"score.weight"};
  for (const std::string& module : adaptable_modules(blocks)) {
    if (!is_target(lora.targets, module)) continue;
    names.insert(module + ".lora_A.weight");
    names.insert(module + ".lora_B.weight");
  }
  return names;
}

}  // namespace

std::int64_t blocks_of(std::span<const TensorBytes> tensors) {
  std::int64_t blocks = 0;
  for (const TensorBytes& tensor : tensors) {
    if (!tensor.name.starts_with(block_prefix)) continue;
    std::int64_t block = 0;
    const char* const end = tensor.name.data() + tensor.name.size();
    if (std::from_chars(tensor.name.data() + block_prefix.size(), end, block).ec == std::errc::result_out_of_range ||
        block >= most_blocks) {
      throw DataError("{:.200}: no GPT-2 has so many blocks", tensor.name);
    }
    blocks = std::max(blocks, block + 1);
  }
  return blocks;
}

const TensorBytes& tensor_named(std::span<const TensorBytes> tensors, std::string_view name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const TensorBytes& tensor) { return tensor.name == name; });
  if (found == tensors.end()) throw DataError("{} is missing", name);
  return *found;
}

void check_adapter_tensors(const LoraConfig& lora, std::span<const TensorBytes> tensors) {
  std::set<std::string> missing = expected_names(lora, blocks_of(tensors));
  if (missing.size() == 1) throw DataError("no tensor belongs to a module that target_modules names ({})", fmt::join(lora.targets, ", "));
  for (const TensorBytes& tensor : tensors) {
    if (missing.erase(tensor.name) == 0) throw DataError("{:.200}: no tensor of this adapter is called so", tensor.name);
    check_dtype(tensor);
    const std::vector<std::int64_t>& shape = tensor.shape;
    if (tensor.name == "score.weight") {
      check_shape(tensor, shape.size() == 2, "[classes, width]");
    } else if (tensor.name.ends_with(".lora_A.weight")) {
      check_shape(tensor, shape.size() == 2 && shape[0] == lora.rank, fmt::format("[{}, in]", lora.rank));
    } else {
      check_shape(tensor, shape.size() == 2 && shape[1] == lora.rank, fmt::format("[out, {}]", lora.rank));
    }
  }
  if (!missing.empty()) throw DataError("{} is missing", *missing.begin());
}

}  // namespace agsweep
