// Every fact once, for docs/events.md: published on a real bus and written down as text. A fact
// that is missing here fails the test docs.events. One thread.
#pragma once

#include <strowger/bus.hpp>

#include <string_view>

namespace strowger::docs {

// What no fact may show. A caller typed the one, and SDP brought the other.
inline constexpr std::string_view typed_digits = "90210842";
inline constexpr std::string_view media_key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

// Writes each fact that it hears: a line "fact NAME", then "field NAME VALUE" with a tab between
// the two, to standard output. Of facts about channels, those of channel `only`.
class writer final : public field_sink {
public:
    writer(bus& from, std::string_view only = {});
    void field(std::string_view name, std::string_view value) override;

private:
    void heard(const fact_view& what);
    std::string_view only_;
    token all_;
};

// 1000 calls 1001, who answers; a digit is pressed, and 1000 hangs up.
void a_call();
// The facts that are about no channel.
void others();

}  // namespace strowger::docs
