#include "transaction/via.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>

namespace strowger::sofia {

bool add_via(message& to, const flow& over, const std::string& host, const std::string& branch) {
    auto text = cat("SIP/2.0/", via_name(over.kind()), ' ', host, ";rport;branch=", branch);
    auto* via = msg_header_make(to.home(), sip_via_class, text.c_str());
    return via && msg_header_insert(to.msg(), nullptr, via) == 0;
}

}  // namespace strowger::sofia
