// Holds the control loop for as many seconds as its command says: what no module may do.
#include <strowger/module.hpp>
#include <strowger/text.hpp>

#include <unistd.h>

namespace {

using namespace strowger;

class holds final : public module {
public:
    explicit holds(context& ctx) : ctx_(ctx) {}

    result<void> start() override {
        command hold{"hold", capability::change, "<seconds>", "holds the loop", {}, {}, {}};
        hold.answer = [](const command_request& asked) {
            unsigned length = 0;
            if (!parse_number(asked.args, length)) return command_error("how long?");
            for (auto left = length; left != 0;) left = ::sleep(left);
            return command_reply{true, "+OK"};
        };
        hold_ = ctx_.registry().add(std::move(hold)).value();
        return {};
    }

private:
    context& ctx_;
    token hold_;
};

}  // namespace

STROWGER_MODULE(holds)
