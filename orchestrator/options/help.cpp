#include "orchestrator/options/help.hpp"

#include <algorithm>  // std::find, std::find_if

#include <fmt/format.h>

namespace agsweep {

namespace {

std::string name_and_value(const Option& option) {
  return option.flag ? fmt::format("--{}", option.name) : fmt::format("--{} {}", option.name, option.placeholder);
}

std::string default_for(ModelKind model, const Option& option) {
  const auto own = std::find_if(option.by_model.begin(), option.by_model.end(), [model](const auto& one) { return one.first == model; });
  return own == option.by_model.end() ? option.standard : to_text(own->second);
}

/// "default 0.001", "default 50 for scratch, 10 for gpt2-lora", "default auto: fp32 on cpu", "required", or nothing.
std::string default_text(const Option& option) {
  if (option.required) return "required";
  if (!option.by_model.empty()) {
    std::string text;
    for (const ModelKind model : enum_members<ModelKind>()) {
      text += fmt::format("{}{} for {}", text.empty() ? "default " : ", ", default_for(model, option), to_word(model));
    }
    return text;
  }
  if (option.flag || option.standard.empty()) return "";
  return option.automatic.empty() ? fmt::format("default {}", option.standard) : fmt::format("default auto: {}", option.automatic);
}

std::string allowed_text(const Option& option) {
  const bool anything = option.kind == ValueKind::path || (option.kind == ValueKind::text && option.words.empty());
  return option.flag || anything ? "" : allowed_values(option);
}

constexpr char unbreakable = '\x1f';

/// "transformer blocks (in [1, 1000]; default 3)", the range's space unbreakable.
std::string help_with_values(const Option& option) {
  std::string allowed = allowed_text(option);
  if (option.kind == ValueKind::integer || option.kind == ValueKind::number) {
    std::replace(allowed.begin(), allowed.end(), ' ', unbreakable);
    allowed.insert(0, "in ");
  }
  const std::string standard = default_text(option);
  if (allowed.empty() && standard.empty()) return std::string(option.help);
  return fmt::format("{} ({}{}{})", option.help, allowed, allowed.empty() || standard.empty() ? "" : "; ", standard);
}

std::vector<std::string_view> groups_of(const std::vector<Option>& options) {
  std::vector<std::string_view> groups;
  for (const Option& option : options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  }
  return groups;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > 0 && column + 1 + word.size() > width) {
      lines += '\n';
      lines.append(indent, ' ');
      column = 0;
    }
    if (column > 0) lines += ' ', ++column;
    lines += word;
    column += word.size();
  }
  return lines;
}

std::string option_text(const Option& option) {
  std::string text = help_with_values(option);
  std::replace(text.begin(), text.end(), unbreakable, ' ');
  return text;
}

std::string options_help(const std::vector<Option>& options, std::size_t width) {
  const std::size_t indent = width < 60 ? 6 : 30;
  std::string text;
  for (const std::string_view group : groups_of(options)) {
    text += fmt::format("\n{}:\n", group.empty() ? "Options" : group);
    for (const Option& option : options) {
      if (option.group != group) continue;
      const std::string name = name_and_value(option);
      text += fmt::format("  {:<{}}", name, indent - 2);
      if (name.size() + 2 >= indent) text.append("\n").append(indent, ' ');
      text += wrapped(help_with_values(option), width - indent, indent);
      text += '\n';
    }
  }
  std::replace(text.begin(), text.end(), unbreakable, ' ');
  return text;
}

std::string options_markdown(const std::vector<Option>& options) {
  std::string text;
  for (const std::string_view group : groups_of(options)) {
    if (!group.empty()) text += fmt::format("\n### {}\n", group);
    text += "\n| option | allowed | default | |\n|---|---|---|---|\n";
    for (const Option& option : options) {
      if (option.group != group) continue;
      std::string standard = default_text(option);
      if (standard.starts_with("default ")) standard.erase(0, 8);
      std::string name = name_and_value(option);
      // A bar inside a table's cell, even in code, would end the cell.
      if (const std::size_t bar = name.find('|'); bar != std::string::npos) name.replace(bar, 1, "\\|");
      text += fmt::format("| `{}` | {} | {} | {} |\n", name, allowed_text(option), standard, option.help);
    }
  }
  return text;
}

}  // namespace agsweep
