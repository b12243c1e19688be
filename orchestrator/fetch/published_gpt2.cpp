#include "orchestrator/fetch/published_gpt2.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "orchestrator/fetch/download.hpp"

namespace agsweep {

std::vector<std::string> download_published_gpt2(const std::string& url, const std::filesystem::path& folder, ProgressDisplay& display) {
  make_folder(folder);
  std::vector<std::string> written;
  for (const PublishedFile& file : published_gpt2_files) {
    const DownloadRequest request{.url = fmt::format("{}/{}", url, file.name),
                                  .path = folder / file.name,
                                  .size = file.size,
                                  .sha256 = std::string(file.sha256),
                                  .progress = DownloadProgress(display, std::string(file.name), file.size),
                                  .message = [&](std::string_view line) { display.message(line); }};
    if (download(request)) written.push_back(request.path.string());
  }
  return written;
}

}  // namespace agsweep
