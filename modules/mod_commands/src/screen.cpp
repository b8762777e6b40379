#include "screen.hpp"

#include <utility>

namespace strowger::commands {

namespace {

std::size_t now = 0;

}  // namespace

std::size_t screen_width() noexcept { return now; }

on_screen::on_screen(std::size_t width) noexcept : before_(std::exchange(now, width)) {}

on_screen::~on_screen() { now = before_; }

}  // namespace strowger::commands
