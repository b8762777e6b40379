// A CA and what it signed, as a profile's certificate folder.
#pragma once

#include "peers.hpp"

namespace strowger::sofia::testing {

struct authority {
    certified_key ca = make_certificate({.common_name = "Test CA", .authority = true});
    certified_key sign(certificate_wishes wishes) const { return make_certificate(wishes, &ca); }
};

// agent.pem and cafile.pem for a server at 127.0.0.1 and pbx.example.
struct certificate_folder {
    explicit certificate_folder(
        const authority& by,
        const std::string& names = "DNS:pbx.example,URI:sip:sip.example,IP:127.0.0.1") {
        auto own = by.sign({.common_name = "pbx.example", .alternative_names = names});
        folder.write("agent.pem", own.key_pem() + own.certificate_pem());
        folder.write("cafile.pem", by.ca.certificate_pem());
    }
    temporary_folder folder;
    transport_settings settings() const {
        transport_settings made;
        made.tls.enabled = true;
        made.tls.certificate_dir = folder.path();
        return made;
    }
};

}  // namespace strowger::sofia::testing
