#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace agsweep {

/// The files of an export, or of another new model, appear in its folder together: unless keep() is called, the destructor removes what was
/// written.
class NewFolder {
 public:
  /// What an export writes, and what transformers or peft would take in its place or mix with it.
  static const std::vector<const char*> export_files;

  /// Makes the folder where there is none.
  /// @param files   none of them may stand there, and no others are removed
  /// @param option  by which somebody named it, for messages: "--peft"
  /// @throws UsageError where a model or an adapter stands there already, or it is no folder; RunTimeError when it cannot be made
  NewFolder(std::filesystem::path path, std::string_view option, std::vector<const char*> files = export_files);
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder();

  const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  std::vector<const char*> files_;
  bool made_ = false;
  bool kept_ = false;
};

}  // namespace agsweep
