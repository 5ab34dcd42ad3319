package io.klinggateway.console;

import io.klinggateway.imagerequest.AspectRatio;
import io.klinggateway.imagerequest.KlingImageParams;
import io.klinggateway.imagerequest.KlingVersion;
import io.klinggateway.imagerequest.WebhookEvent;
import io.klinggateway.job.TenantJobs;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import io.klinggateway.upload.Uploads;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A place to try a prompt, with its price, before anyone writes code. */
@Controller
@RequestMapping(TryPages.TRY)
class TryPages {

    static final String TRY = "/console/team/try";
    private static final String PICTURE_PATH = "/picture";
    static final String PICTURE = TRY + PICTURE_PATH;

    private static final String PAGE = "console/team-try";
    private static final int TRIES_SHOWN = 10;

    private final TenantJobs jobs;
    private final JobCards cards;
    private final Uploads uploads;
    private final Refused refused;
    private final HttpServletRequest request;

    TryPages(TenantJobs jobs, JobCards cards, Uploads uploads, Refused refused, HttpServletRequest request) {
        this.request = request;
        this.jobs = jobs;
        this.cards = cards;
        this.uploads = uploads;
        this.refused = refused;
    }

    /**
     * @param from a job of the tenant's own, to ask for the same again
     * @param reference a job of the tenant's own, one of whose images is the reference image: the one numbered {@code image},
     *     from 0
     */
    @GetMapping
    String form(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String reference,
            @RequestParam(defaultValue = "0") int image,
            Model model) {
        String once = UUID.randomUUID().toString();
        TryForm form = job(caller, from)
                .map(job -> job.repeated(once))
                .or(() -> job(caller, reference)
                        .flatMap(job -> job.reference(image))
                        .map(url -> TryForm.withImage(url, once)))
                .orElseGet(() -> TryForm.empty(once));
        return page(caller, model, form);
    }

    private Optional<JobCard> job(Caller caller, @Nullable String id) {
        return Optional.ofNullable(id)
                .flatMap(Uuids::parse)
                .flatMap(uuid -> cards.find(caller.tenant().id(), uuid));
    }

    /** A part of the page: a picture from the visitor's disk has become an upload, or why it has not. */
    @PostMapping(PICTURE_PATH)
    String picture(@AuthenticationPrincipal Caller caller, HttpServletRequest picture, Model model) {
        model.addAttribute("picked", true);
        refused.orElse(model, () -> model.addAttribute("upload", uploads.pass(caller, picture)));
        return "console/team-try :: picked";
    }

    @PostMapping
    String submit(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @ModelAttribute TryForm form,
            Model model,
            HttpServletResponse response) {
        String once = form.idempotencyKey() == null ? UUID.randomUUID().toString() : form.idempotencyKey();
        return refused.orElse(
                model,
                response,
                () -> "redirect:/console/team/jobs/" + jobs.submit(caller, body(visitor, form), once),
                () -> page(caller, model, form.under(Refused.once(model, once))));
    }

    /**
     * The same beside the form: a part of the page with the job, or why there is none, and the key of the next request. A
     * refused one keeps its key, for it may have been carried out all the same.
     */
    @PostMapping("/run")
    String run(Visitor visitor, @AuthenticationPrincipal Caller caller, @ModelAttribute TryForm form, Model model) {
        String once = form.idempotencyKey() == null ? UUID.randomUUID().toString() : form.idempotencyKey();
        refused.orElse(model, () -> show(caller, jobs.submit(caller, body(visitor, form), once), model));
        model.addAttribute(
                "once", model.containsAttribute("job") ? UUID.randomUUID().toString() : Refused.once(model, once));
        model.addAttribute("tries", cards.latest(caller, TRIES_SHOWN));
        return "console/job-parts :: started";
    }

    /** How a job that runs beside the form is doing. */
    @GetMapping("/{id}" + Paths.LIVE)
    String live(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        show(caller, JobCards.id(id), model);
        return result(caller, model);
    }

    @PostMapping("/{id}/cancel")
    String cancel(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        UUID job = JobCards.id(id);
        refused.orElse(model, () -> jobs.cancel(caller.tenant().id(), job));
        show(caller, job, model);
        return result(caller, model);
    }

    /** Nobody has the key that people act by, to tell that a message signed with it is genuine. */
    private static byte[] body(Visitor visitor, TryForm form) {
        return visitor.isPerson() ? form.bytesWithoutDefaultWebhook() : form.bytes();
    }

    private void show(Caller caller, UUID id, Model model) {
        cards.show(caller.tenant().id(), id, model);
    }

    /** Once it has ended, its picture is among the latest. */
    private String result(Caller caller, Model model) {
        if (model.getAttribute("job") instanceof JobCard job && !job.open()) {
            model.addAttribute("tries", cards.latest(caller, TRIES_SHOWN));
        }
        return "console/job-parts :: changed";
    }

    /** The price as a part of the page, as the form is filled in. */
    @PostMapping("/price")
    String price(@AuthenticationPrincipal Caller caller, @ModelAttribute TryForm form, Model model) {
        quote(caller, form, model);
        return "console/team-try :: price";
    }

    /** The same for those without JavaScript. A path of its own: what tells by parameters reads them for every POST there is. */
    @PostMapping("/page")
    String priceOnPage(@AuthenticationPrincipal Caller caller, @ModelAttribute TryForm form, Model model) {
        quote(caller, form, model);
        return page(caller, model, form);
    }

    private void quote(Caller caller, TryForm form, Model model) {
        model.addAttribute("samples", CodeSample.of(form.body(), TlsDetection.address(request)));
        model.addAttribute("warnings", jobs.warnings(form.forPrice()));
        refused.orElse(model, () -> model.addAttribute("quote", jobs.quote(caller, form.forPrice())));
    }

    private String page(Caller caller, Model model, TryForm form) {
        model.addAttribute("form", form);
        model.addAttribute("caller", caller);
        model.addAttribute("tries", cards.latest(caller, TRIES_SHOWN));
        model.addAttribute("mostImages", KlingImageParams.MOST_IMAGES);
        model.addAttribute("mostBytes", Uploads.LARGEST_BYTES);
        model.addAttribute("defaultModel", KlingVersion.DEFAULT.wire());
        model.addAttribute(
                "models",
                Arrays.stream(KlingVersion.values()).map(KlingVersion::wire).toList());
        model.addAttribute(
                "ratios",
                Arrays.stream(AspectRatio.values()).map(AspectRatio::wire).toList());
        model.addAttribute(
                "events",
                Arrays.stream(WebhookEvent.values()).map(WebhookEvent::wire).toList());
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return PAGE;
    }
}
