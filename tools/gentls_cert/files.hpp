// Files written whole or not at all, with their mode from the first byte on.
#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

// Throws std::runtime_error naming the file and the reason.
void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode);
std::string read_file(const std::filesystem::path& path);
void make_directory(const std::filesystem::path& path, mode_t mode);
// True when a person says yes. Never asks when nobody is at a terminal: then it is no.
bool confirmed(const std::string& question);
