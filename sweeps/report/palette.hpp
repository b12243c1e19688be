#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace agsweep {

/// A colour of the figures: as gnuplot draws it, on white, and the page's name for it, whose value depends on light or dark.
struct FigureColour {
  std::string_view light;     // "#0072b2", also in --figures
  std::string_view dark;      // on a dark page
  std::string_view variable;  // of the page's style: "--s1"
};

/// Okabe and Ito 2008, "Color universal design", in an order in which neighbours differ also in brightness; darkened or lightened where
/// the background needs it. Each series has a point of its own too.
inline constexpr std::array<FigureColour, 6> series_colours = {{{"#0072b2", "#56b4e9", "--s1"},
                                                                {"#d55e00", "#f0844a", "--s2"},
                                                                {"#009e73", "#2fc79c", "--s3"},
                                                                {"#aa4499", "#dd99cc", "--s4"},
                                                                {"#b07d00", "#e6b84a", "--s5"},
                                                                {"#4d4d4d", "#bcbcbc", "--s6"}}};
/// gnuplot's point types, in the order of series_colours: circle, square, triangle, diamond, triangle down, pentagon; all filled.
inline constexpr std::array<int, 6> series_points = {7, 5, 9, 13, 11, 15};

inline constexpr FigureColour ink = {"#1b1b1a", "#ececea", "--ink"};      // titles of axes, texts
inline constexpr FigureColour muted = {"#5c5c59", "#a9a9a4", "--muted"};  // axes, figures beside them
inline constexpr FigureColour grid = {"#e4e4e0", "#34373b", "--grid"};    // lines behind the data
inline constexpr FigureColour faint = {"#a9a9a3", "#6d727a", "--faint"};  // data behind the data
inline constexpr FigureColour paper = {"#ffffff", "#16181b", "--paper"};

/// viridis (van der Walt and Smith 2015), linear between nine of its colours: even in brightness, and the same in light and dark.
/// @param unit  in [0, 1]
/// @return "#rrggbb"
std::string sequential_colour(double unit);

/// Whether a text on that colour is better dark than white.
bool is_bright(double unit);

/// "--s1" for "#0072b2"; empty for a colour that is none of the page's.
std::string_view variable_of(std::string_view light);

/// The page's variables: "--s1:#0072b2;--s2:.."
std::string colour_variables(bool dark);

}  // namespace agsweep
