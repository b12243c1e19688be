#include "orchestrator/embedding/embedding_files.hpp"

#include <bit>  // std::endian

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/table.hpp"  // tsv_row

namespace agsweep {

namespace fs = std::filesystem;

void write_npy(const fs::path& path, std::span<const float> values, std::size_t width) {
  static_assert(std::endian::native == std::endian::little);
  const std::string magic("\x93NUMPY\x01\x00", 8);
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", values.size() / width, width);
  constexpr std::size_t alignment = 64;  // of the data, by padding the header, whose last byte is a line feed
  const std::size_t before = magic.size() + 2;
  header.append(alignment - (before + header.size() + 1) % alignment, ' ');
  header += '\n';
  std::string content = magic;
  content += static_cast<char>(header.size() & 0xFF);
  content += static_cast<char>(header.size() >> 8);
  content += header;
  content.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  write_file_atomically(path, content);
}

void write_projector(const fs::path& folder, const HiddenStates& embedding) {
  make_folder(folder);
  std::string vectors;
  std::vector<std::string> cells = {"row", "class", "predicted"};
  std::string metadata = tsv_row(cells);
  for (std::size_t row = 0; row < embedding.rows(); ++row) {
    const auto own = std::span(embedding.hidden).subspan(row * embedding.width, embedding.width);
    vectors += fmt::format("{:.9g}\n", fmt::join(own, "\t"));
    cells = {std::to_string(row), embedding.class_names[embedding.labels[row]], embedding.class_names[embedding.predicted[row]]};
    metadata += tsv_row(cells);
  }
  write_file_atomically(folder / "vectors.tsv", vectors);
  write_file_atomically(folder / "metadata.tsv", metadata);
  write_file_atomically(folder / "projector_config.pbtxt",
                        fmt::format("embeddings {{\n  tensor_name: \"last hidden states\"\n  tensor_shape: {}\n"
                                    "  tensor_shape: {}\n  tensor_path: \"vectors.tsv\"\n"
                                    "  metadata_path: \"metadata.tsv\"\n}}\n",
                                    embedding.rows(), embedding.width));
}

nlohmann::json plane_json(const PlaneView& view, const HiddenStates& embedding) {
  nlohmann::json points = nlohmann::json::array();
  for (std::size_t row = 0; row < embedding.rows(); ++row) {
    points.push_back({view.points[row][0], view.points[row][1], embedding.labels[row], embedding.predicted[row]});
  }
  return {{"split", embedding.split}, {"variance_shares", view.share}, {"points", std::move(points)}};
}

}  // namespace agsweep
