// What follows "sofia/" in a dial string, taken apart. Pure.
#pragma once

#include "dialog/fields.hpp"

#include <strowger/error.hpp>

#include <string>
#include <string_view>

namespace strowger::sofia {

struct dial_target {
    enum class kind { uri, registered, gateway };
    kind what = kind::uri;
    std::string profile;  // name or alias; empty for a gateway
    std::string gateway;
    std::string number;        // of a gateway call: what stands before its ';'
    std::string uri;           // "sip:user@host:5060;transport=tls", without fs_path
    std::string path;          // fs_path, unescaped: "sip:192.0.2.1:5060;…", or empty
    std::string text;          // the URI as given, to find the binding it was printed from
    uri_target parts;          // of `uri`
    std::string user, domain;  // of user%domain
    std::string to;            // after ^: who the To header names, or empty
};

// "PROFILE/sip:user@host…", "PROFILE/user@host…", "PROFILE/user%domain", "gateway/NAME/number…".
// errc::bad_syntax says what is wrong with it.
result<dial_target> parse_target(std::string_view address);

// `uri` without the parameter of that name (case ignored).
std::string without_param(std::string_view uri, std::string_view name);

}  // namespace strowger::sofia
