#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace agsweep {

/// JSON, or something like it, with one change that respects its tokens: a value, however nested, becomes a copy of another one or a word
/// of the formats, is removed, or is entered again under another key. Changes of single bytes seldom come past a JSON parser.
std::string mutated_json(std::string_view json, unsigned seed);

/// What a fuzzer does to its whole input with mutated_json.
using JsonMutation = std::function<std::string(std::string_view input, unsigned seed)>;

/// For LLVMFuzzerCustomMutator: mostly `mutation`, else libFuzzer's own changes. @return the new size
std::size_t mutate_input(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed, const JsonMutation& mutation);

}  // namespace agsweep
