#pragma once

#include <cstddef>
#include <string_view>

#include <c10/util/Exception.h>

#include "base/error.hpp"

namespace agsweep {

/// A trial that does not fit into the device's memory fails alone: what to throw where LibTorch could not get `bytes`.
/// @param error  "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.02 GiB is free. ..."
inline TrialFailure out_of_memory(std::size_t bytes, const c10::OutOfMemoryError& error) {
  const std::string_view words = error.what_without_backtrace();
  const std::size_t begin = words.find("GPU ");
  const std::size_t end = words.find(" is free", begin);
  const bool known = begin != std::string_view::npos && end != std::string_view::npos;
  return TrialFailure("the device's memory does not suffice: {} bytes were wanted{}{}{}", bytes, known ? "; " : "",
                      known ? words.substr(begin, end - begin) : "", known ? " is free" : "");
}

/// The same where only LibTorch knows how many bytes were wanted.
inline TrialFailure out_of_memory(const c10::OutOfMemoryError& error) {
  return TrialFailure("the device's memory does not suffice: {}", error.what_without_backtrace());
}

/// Runs `work`. @throws TrialFailure where LibTorch has found the device's memory too small
template <typename Work>
void in_words(const Work& work) {
  try {
    work();
  } catch (const c10::OutOfMemoryError& error) {
    throw out_of_memory(error);
  }
}

}  // namespace agsweep
