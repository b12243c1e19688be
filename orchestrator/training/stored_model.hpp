#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/corpus.hpp"
#include "data/tokenizer.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// A trained classifier as it lies in a folder: a RUN/, or an adapter of Python's peft.
struct StoredModel {
  TrainConfig config;
  std::filesystem::path trained;  // what predict() reads beside config.weights
  std::size_t classes = 0;
  std::vector<std::string> class_names;  // in label order; empty: the folder does not tell
  std::string data_sha256;               // of the corpus that it was trained on; empty: the folder does not tell
  std::string tokenizer_sha256;          // empty: the folder does not tell
  std::int64_t max_length = 0;           // tokens a row, at most; 0: the folder does not tell
  TextJoin join = TextJoin::space;       // of a row's texts
  bool sealed = true;                    // false: a run of before its files were sealed, so that damage to config.toml does not show
  bool random_base = false;              // made of a GPT-2 that was never trained
};

inline constexpr std::string_view unsealed_note =
    "note: this run is of a version that did not seal config.toml, so that damage to it does not show";

/// @param weights  where the GPT-2 under the adapter is; empty: where a run recorded it, or what an adapter calls its base, if that is a
/// folder
/// @throws DataError for a folder that is neither, a damaged file, or another GPT-2 than a run's
/// @throws UsageError for an adapter whose base is no folder, without `weights`
StoredModel read_stored_model(const std::filesystem::path& folder, const std::filesystem::path& weights);

/// What a command reads that looks at such a model's answers, beside a run's own records: no output may replace it.
std::vector<std::filesystem::path> files_read(const std::filesystem::path& folder, const StoredModel& model,
                                              const std::filesystem::path& data);

/// @throws DataError when the model was trained with another tokenizer
void require_tokenizer(const std::filesystem::path& folder, const Tokenizer& tokenizer, const StoredModel& model);

/// Whether `data` is the corpus that the model was trained on; nullopt: the folder does not tell. Reads all of it.
std::optional<bool> is_own_corpus(const StoredModel& model, const std::filesystem::path& data);

/// data.h5 for a look at how the model does on one of its splits. Its classes are the model's, in whatever order, or some of them; its
/// labels become the model's.
/// @throws DataError naming `data` when its rows were made with another tokenizer than the model's, have other classes, or are none
Corpus read_fitting_corpus(const std::filesystem::path& data, const std::string& split, const StoredModel& model);

}  // namespace agsweep
