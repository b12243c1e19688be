#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/terminal/progress_display.hpp"

namespace agsweep {

/// A file of openai-community/gpt2 on huggingface.co, which transformers also finds as gpt2.
struct PublishedFile {
  std::string_view name;
  std::int64_t size;  // bytes
  std::string_view sha256;
};

inline constexpr std::string_view published_gpt2_url =
    "https://huggingface.co/openai-community/gpt2/resolve/607a30d783dfa663caf39e06633721c8d4cfcd7e";
inline constexpr PublishedFile published_gpt2_config = {
    .name = "config.json", .size = 665, .sha256 = "0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4"};
inline constexpr PublishedFile published_gpt2_weights = {
    .name = "model.safetensors", .size = 548'105'171, .sha256 = "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"};
inline constexpr std::array published_gpt2_files = {published_gpt2_config, published_gpt2_weights};

/// Makes the folder hold both files, whole; goes on where an earlier call was stopped.
/// @param url  of the folder on the server
/// @return the paths of the files that are new
/// @throws RunTimeError for a folder that cannot be made; RunTimeError, DataError as download()
std::vector<std::string> download_published_gpt2(const std::string& url, const std::filesystem::path& folder, ProgressDisplay& display);

}  // namespace agsweep
