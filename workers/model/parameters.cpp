#include "workers/model/parameters.hpp"

#include <algorithm>  // std::any_of, std::find_if

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"  // all_finite, copy_as_fp32
#include "workers/lora/adapter_folder.hpp"
#include "workers/safetensors/sealed.hpp"

namespace agsweep {

namespace {

// Floats. Each tensor begins on a 64-byte boundary in the fp32 and in the bf16 buffer.
constexpr std::int64_t alignment = 32;

}  // namespace

std::size_t ParameterLayout::add(std::string name, std::vector<std::int64_t> shape, Initial initial, double std) {
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) size *= extent;
  specs_.push_back({std::move(name), std::move(shape), initial, std, total_, size});
  total_ += (size + alignment - 1) / alignment * alignment;
  return specs_.size() - 1;
}

void ParameterLayout::add_embedding(std::string name, std::int64_t rows, std::int64_t width, double std) {
  add(std::move(name), {rows, width}, Initial::normal, std);
  has_embedding_ = true;
}

std::int64_t ParameterLayout::count() const {
  std::int64_t count = 0;
  for (const ParameterSpec& spec : specs_) count += spec.size;
  return count;
}

at::Tensor ParameterLayout::view(const at::Tensor& flat, std::size_t index) const {
  const ParameterSpec& spec = specs_[index];
  return flat.narrow(0, spec.offset, spec.size).view(spec.shape);
}

std::span<float> ParameterLayout::floats(at::Tensor& flat, const ParameterSpec& spec) const {
  return {flat.mutable_data_ptr<float>() + spec.offset, static_cast<std::size_t>(spec.size)};
}

std::vector<TensorBytes> ParameterLayout::tensors(const at::Tensor& flat) const {
  std::vector<TensorBytes> tensors;
  for (const ParameterSpec& spec : specs_) {
    const std::span values(flat.const_data_ptr<float>() + spec.offset, static_cast<std::size_t>(spec.size));
    tensors.push_back({spec.name, "F32", spec.shape, std::as_bytes(values)});
  }
  return tensors;
}

Parameters::Parameters(ParameterLayout layout, at::ScalarType compute_type, c10::Device device)
    : layout_(std::move(layout)),
      compute_type_(compute_type),
      flat_(at::zeros({layout_.total()}, at::TensorOptions(at::kFloat).device(device))) {
  if (compute_type != at::kFloat) low_ = at::zeros({layout_.dense_size()}, flat_.options().dtype(compute_type));
}

void Parameters::assign(const at::Tensor& flat) {
  flat_.copy_(flat);
  refresh_compute();
}

at::Tensor Parameters::embedding() const { return view(0); }

at::Tensor Parameters::compute(std::size_t index) const {
  if (compute_type_ == at::kFloat) return view(index);
  const ParameterSpec& spec = layout_.specs()[index];
  return low_.narrow(0, spec.offset - layout_.dense_begin(), spec.size).view(spec.shape);
}

void Parameters::refresh_compute(std::int64_t first, std::int64_t last) {
  if (compute_type_ == at::kFloat) return;
  low_.narrow(0, first, last - first).copy_(flat_.narrow(0, layout_.dense_begin() + first, last - first));
}

namespace {

/// @param tensors  exactly those of the layout
at::Tensor gathered(std::span<const TensorBytes> tensors, const ParameterLayout& layout, const std::filesystem::path& path) {
  const auto& specs = layout.specs();
  at::Tensor flat = at::zeros({layout.total()}, at::kFloat);
  for (const TensorBytes& tensor : tensors) {
    const bool known = std::any_of(specs.begin(), specs.end(), [&](const ParameterSpec& spec) { return spec.name == tensor.name; });
    if (!known) throw DataError("{}: unexpected tensor {}", path.string(), tensor.name);
  }
  for (const ParameterSpec& spec : specs) {
    const auto tensor = std::find_if(tensors.begin(), tensors.end(), [&](const TensorBytes& other) { return other.name == spec.name; });
    if (tensor == tensors.end()) throw DataError("{}: tensor {} is missing", path.string(), spec.name);
    if (tensor->shape != spec.shape) {
      throw DataError("{}: tensor {} has the shape [{}], expected [{}]", path.string(), spec.name, fmt::join(tensor->shape, ", "),
                      fmt::join(spec.shape, ", "));
    }
    if (!all_finite(*tensor)) throw DataError("{}: tensor {} has values that are not finite", path.string(), spec.name);
    copy_as_fp32(*tensor, layout.floats(flat, spec));
  }
  return flat;
}

}  // namespace

at::Tensor read_weights(const ParameterLayout& layout, const std::filesystem::path& path) {
  if (is_adapter_folder(path)) {
    const AdapterFolder adapter = read_adapter_folder(path);
    return gathered(adapter.tensors, layout, path);
  }
  const SafetensorsFile file = SafetensorsFile::read(path);
  check_seal(file, path);
  for (const TensorBytes& tensor : file.tensors()) {
    if (tensor.dtype != "F32") throw DataError("{}: tensor {} is {}, expected F32", path.string(), tensor.name, tensor.dtype);
  }
  return gathered(file.tensors(), layout, path);
}

}  // namespace agsweep
