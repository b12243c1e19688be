#pragma once

#include <string>

namespace agsweep {

/// A TOML string in double quotes. (toml++ by itself may choose a literal string, which cannot hold every text.)
std::string toml_text(const std::string& text);

/// The shortest text that reads back as the same double, and as no whole number.
std::string toml_text(double number);

}  // namespace agsweep
