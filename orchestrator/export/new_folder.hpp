#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace agsweep {

/// The files of an export, or of another new model, appear in its folder together: unless keep() is called, the destructor removes what was
/// written.
class NewFolder {
 public:
  /// Makes the folder where there is none.
  /// @param option  by which somebody named it, for messages: "--peft"
  /// @throws UsageError where a model or an adapter stands there already, or it is no folder; RunTimeError when it cannot be made
  NewFolder(std::filesystem::path path, std::string_view option);
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder();

  const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool made_ = false;
  bool kept_ = false;
};

}  // namespace agsweep
