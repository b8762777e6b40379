// What a REGISTER asks for, as plain data (RFC 3261, 10.2).
#pragma once

#include "message/message.hpp"
#include "transport/flow.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strowger::sofia {

struct contact_request {
    std::string uri;  // without angle brackets
    std::optional<std::uint32_t> expires;
    std::string instance;  // +sip.instance, quotes removed
    std::uint32_t reg_id = 0;
    int q_millis = 1000;
};

struct register_request {
    std::string user, domain;  // of the address of record; filled in by the registrar
    std::string call_id;
    std::uint32_t cseq = 0;
    std::string user_agent;
    std::string path;  // Path values, joined by commas
    bool wants_path = false;
    bool wildcard = false;  // "Contact: *"
    std::vector<contact_request> contacts;
    std::optional<std::uint32_t> expires;  // the Expires header field
    std::string flow, transport, source;
    std::string authenticated_as;
};

struct refusal {
    int status = 400;
    std::string phrase;
};

// Reads everything but user and domain; a refusal when it can't be understood.
boost::system::result<register_request, refusal> read_register(const message& from,
                                                               const flow& over);
[[noreturn]] void throw_exception_from_error(const refusal& what,
                                             const boost::source_location& where);

// Do two contacts mean the same address (RFC 3261, 19.1.4)? Parameters other than `transport` are
// not looked at.
bool same_contact(const std::string& a, const std::string& b);

}  // namespace strowger::sofia
