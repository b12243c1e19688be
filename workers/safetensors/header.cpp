#include "workers/safetensors/header.hpp"

#include <algorithm>  // std::sort, std::find_if
#include <array>
#include <set>
#include <tuple>    // std::tie
#include <utility>  // std::pair, std::exchange

#include "base/error.hpp"
#include "base/json.hpp"

namespace agsweep {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 19> dtypes = {{
    {"BOOL", 1},        {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1}, {"F8_E4M3FNUZ", 1},
    {"F8_E5M2FNUZ", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},     {"BF16", 2},    {"I32", 4},     {"U32", 4},
    {"F32", 4},         {"I64", 8}, {"U64", 8}, {"F64", 8},     {"C64", 8},
}};

/// Follows the one shape that a header may have, so that nothing is built for JSON of any other shape, however deep or long:
/// {"__metadata__": {text: text}, name: {"dtype": text, "shape": [integers], "data_offsets": [integer, integer]}, ...}
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  SafetensorsHeader header;
  std::string error;

  bool start_object(std::size_t) override {
    switch (place_) {
      case Place::start:
        return go(Place::names);
      case Place::name_value:
        if (name_ == "__metadata__") return go(Place::metadata_keys);
        header.tensors.emplace_back().name = name_;
        seen_ = {};
        return go(Place::tensor_keys);
      default:
        return unexpected("an object");
    }
  }

  bool key(std::string& text) override {
    switch (place_) {
      case Place::names:
        if (!names_.insert(text).second) return fail("two entries are called \"{}\"", text);
        name_ = text;
        return go(Place::name_value);
      case Place::metadata_keys:
        if (header.metadata.contains(text)) return fail("__metadata__ has two entries \"{}\"", text);
        metadata_key_ = text;
        return go(Place::metadata_value);
      default:
        return tensor_key(text);
    }
  }

  bool end_object() override {
    if (place_ == Place::metadata_keys) return go(Place::names);
    if (place_ == Place::names) return go(Place::end);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!seen_[i]) return fail("{}: no {}", name_, fields[i]);
    }
    return go(Place::names);
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::shape_value) return go(Place::shape);
    if (place_ == Place::offsets_value) return go(Place::offsets);
    return unexpected("a list");
  }

  bool end_array() override {
    if (place_ == Place::offsets && offsets_ != 2) return fail("{}: data_offsets has {} numbers instead of 2", name_, offsets_);
    return go(Place::tensor_keys);
  }

  bool string(std::string& text) override {
    if (place_ == Place::metadata_value) {
      header.metadata[metadata_key_] = text;
      return go(Place::metadata_keys);
    }
    if (place_ == Place::dtype_value) {
      header.tensors.back().dtype = text;
      return go(Place::tensor_keys);
    }
    return unexpected("a text");
  }

  bool number_unsigned(std::uint64_t number) override {
    if (place_ != Place::shape && place_ != Place::offsets) return unexpected("a number");
    TensorEntry& tensor = header.tensors.back();  // whose lists these are
    if (place_ == Place::shape) {
      if (number > INT64_MAX) return fail("{}: a dimension of {} is too large", name_, number);
      tensor.shape.push_back(static_cast<std::int64_t>(number));
      return true;
    }
    if (offsets_ == 0) tensor.begin = number;
    if (offsets_ == 1) tensor.end = number;
    ++offsets_;
    return true;
  }

  bool number_integer(std::int64_t number) override {
    if (place_ == Place::shape || place_ == Place::offsets) return fail("{}: {} is negative", name_, number);
    return unexpected("a number");
  }
  bool number_float(double, const std::string& text) override {
    if (place_ == Place::shape || place_ == Place::offsets) return fail("{}: {} is not a 64-bit integer", name_, text);
    return unexpected("a number");
  }
  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("true or false"); }
  bool binary(binary_t&) override { return unexpected("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& problem) override {
    return fail("the header is no JSON at byte {}: {}", position, problem.what());
  }

 private:
  enum class Place {
    start,
    names,
    name_value,
    metadata_keys,
    metadata_value,
    tensor_keys,
    dtype_value,
    shape_value,
    shape,
    offsets_value,
    offsets,
    end
  };
  static constexpr std::array<std::string_view, 3> fields = {"dtype", "shape", "data_offsets"};

  bool go(Place place) {
    place_ = place;
    return true;
  }

  template <typename... Args>
  bool fail(fmt::format_string<Args...> text, Args&&... args) {
    error = fmt::format(text, std::forward<Args>(args)...);
    return false;
  }

  bool unexpected(std::string_view what) {
    if (place_ == Place::start) return fail("the header is {} instead of an object", what);
    return fail("{}: {} stands where the format has none", name_, what);
  }

  bool tensor_key(const std::string& text) {
    const auto field = std::find(fields.begin(), fields.end(), text);
    if (field == fields.end()) return fail("{}: unknown key \"{}\"", name_, text);
    const auto index = static_cast<std::size_t>(field - fields.begin());
    if (std::exchange(seen_[index], true)) return fail("{}: two entries \"{}\"", name_, text);
    offsets_ = 0;
    return go(std::array{Place::dtype_value, Place::shape_value, Place::offsets_value}[index]);
  }

  Place place_ = Place::start;
  std::set<std::string> names_;
  std::string name_;
  std::string metadata_key_;
  std::array<bool, 3> seen_{};
  int offsets_ = 0;
};

void check_layout(std::vector<TensorEntry>& tensors, std::uint64_t data_bytes) {
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorEntry& a, const TensorEntry& b) { return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name); });
  std::uint64_t covered = 0;
  for (const TensorEntry& tensor : tensors) {
    if (tensor.begin > tensor.end) throw DataError("{}: data_offsets [{}, {}] run backwards", tensor.name, tensor.begin, tensor.end);
    if (tensor.end > data_bytes) {
      throw DataError("{}: its data end at byte {}, but the file has only {} (is it cut?)", tensor.name, tensor.end, data_bytes);
    }
    if (tensor.begin < covered) throw DataError("{}: its data overlap another tensor's", tensor.name);
    if (tensor.begin > covered)
      throw DataError("bytes {} to {} before the data of {} belong to no tensor", covered, tensor.begin, tensor.name);
    const std::uint64_t expected = tensor_bytes(tensor.name, tensor.dtype, tensor.shape);
    if (tensor.end - tensor.begin != expected) {
      throw DataError("{}: its shape and dtype {} need {} bytes, its data_offsets give {}", tensor.name, tensor.dtype, expected,
                      tensor.end - tensor.begin);
    }
    covered = tensor.end;
  }
  if (covered != data_bytes) throw DataError("{} bytes after the last tensor belong to none", data_bytes - covered);
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes) {
  if (!json.starts_with('{')) throw DataError("the header does not begin with {{");
  if (json.find('\0') != json.npos) throw DataError("the header holds a null byte");  // the JSON library would end there
  HeaderReader reader;
  if (!nlohmann::json::sax_parse(json, &reader)) throw DataError("{}", reader.error);
  check_layout(reader.header.tensors, data_bytes);
  return std::move(reader.header);
}

std::uint64_t dtype_bytes(std::string_view dtype) {
  const auto found = std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& entry) { return entry.first == dtype; });
  return found == dtypes.end() ? 0 : found->second;
}

std::uint64_t tensor_bytes(std::string_view name, std::string_view dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = dtype_bytes(dtype);
  if (bytes == 0) throw DataError("{}: dtype {} is not supported", name, dtype);
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) throw DataError("{}: a dimension of {} is negative", name, dimension);
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(dimension), &bytes))
      throw DataError("{}: its shape overflows 64 bits", name);
  }
  return bytes;
}

}  // namespace agsweep
