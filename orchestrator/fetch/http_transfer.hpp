#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "orchestrator/fetch/download.hpp"
#include "orchestrator/fetch/part_file.hpp"

namespace agsweep {

/// The server or the way to it failed, and another try may go better.
struct TransferCut : RunTimeError {
  using RunTimeError::RunTimeError;
};

/// Without a password, for messages.
std::string shown_url(const std::string& url);

/// For the URL of a folder, behind which files' names go. @throws UsageError unless it names a server by http or https, and no query
/// @param option  by which somebody named it
void check_folder_url(const std::string& url, std::string_view option);

/// Asks the server once for what the part lacks, and appends what it sends. By libcurl, which reads proxies from the environment.
/// @throws TransferCut, RunTimeError when no other try would help, DataError when the server's file has another size
void receive(const DownloadRequest& request, PartFile& part);

}  // namespace agsweep
