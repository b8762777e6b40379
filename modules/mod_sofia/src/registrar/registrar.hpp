// The registrar of one profile (RFC 3261, 10.3) on the registration store. Control loop only.
#pragma once

#include "auth/authenticator.hpp"
#include "transaction/layer.hpp"
#include "transport/transport.hpp"

#include <strowger/context.hpp>
#include <strowger/registration_store.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strowger::sofia {

struct registrar_settings {
    std::string profile;
    std::string force_domain;        // force-register-db-domain
    std::uint32_t min_expires = 60;  // below: 423 with Min-Expires
    std::uint32_t max_expires = 3600;
    std::uint32_t default_expires = 3600;
    std::uint32_t forced_expires = 0;  // sip-force-expires: granted whatever was asked; 0: not so
    std::size_t max_contacts = 5;      // per address of record
};

class registrar {
public:
    virtual ~registrar();
    // Answers a REGISTER that `who` was authenticated for (200 after the commit; 400, 403, 404,
    // 423, 500, 503). Where no store is loaded it waits for one for some seconds (store_gap.hpp),
    // then 503. Publishes sofia::register, sofia::unregister.
    virtual void handle(const server_transaction_ptr& what,
                        std::shared_ptr<const directory_user> who) = 0;
    virtual void flow_closed(const flow_ptr& which) = 0;
    virtual std::vector<binding> bindings() const = 0;  // of this profile, live ones, for status
};

std::unique_ptr<registrar> make_registrar(context& core, registrar_settings settings,
                                          transport& transports);

// ${sofia_contact(…)}'s text for one binding:
// "sofia/internal/sip:1001@192.0.2.1:5060;transport=tls;fs_path=…".
// ";transport=tls" stands there exactly when the binding came over TLS, whatever its contact says.
std::string contact_text(const binding& what);
// The whole command: "[profile/|*/]user[@domain]" → comma list, or "error/user_not_registered".
std::string sofia_contact(context& core, std::string_view args,
                          const std::vector<std::string>& profiles);

// Where a request to a binding goes, from an address like the ones contact_text prints: the binding
// it was made from, when it still is registered.
std::optional<binding> find_binding(context& core, std::string_view profile, std::string_view uri);

}  // namespace strowger::sofia
