package io.klinggateway.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.core.io.ClassPathResource;
import org.webjars.WebJarVersionLocator;

/**
 * Chromium without a window, driven by the machine's own driver; nothing is downloaded. Every page that is looked at must
 * be free of accessibility violations, of overflow and of errors in the browser's log, narrow and wide, light and dark.
 */
final class Browser implements AutoCloseable {

    /** Set to {@code required} where a missing browser is a failure and no reason to skip. */
    private static final String POLICY = "BROWSER_TESTS";

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String AXE =
            read(Objects.requireNonNull(new WebJarVersionLocator().fullPath("axe-core", "axe.min.js")));

    private static final String EVERY_RULE =
            "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

    /** What the dark colours can break. */
    private static final String RULES_OF_COLOUR = "['color-contrast', 'link-in-text-block']";

    // Two frames: charts have their new size. Colours change at once where motion is not wanted.
    private static final String TWO_FRAMES =
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";

    /** How a page is looked at; the last is as pages are met. */
    private enum View {
        NARROW(360, false),
        NARROW_DARK(360, true),
        WIDE_DARK(1280, true),
        WIDE(1280, false);

        private final int width;
        private final boolean dark;

        View(int width, boolean dark) {
            this.width = width;
            this.dark = dark;
        }

        @Override
        public String toString() {
            return width + (dark ? "-dark" : "");
        }
    }

    private final ChromeDriver driver;
    private final String home;
    private final @Nullable Path screenshots;
    private final List<String> faults = new ArrayList<>();
    private int questions;
    private int clicks;

    private Browser(ChromeDriver driver, String home) {
        this.driver = driver;
        this.home = home;
        String folder = System.getProperty("console.screenshots");
        this.screenshots = folder == null ? null : Path.of(folder);
    }

    static boolean isHere() {
        boolean found = binary().isPresent() && service().isPresent();
        if (!found && "required".equals(System.getenv(POLICY))) {
            throw new IllegalStateException(
                    "There is no Chromium with its driver here, and " + POLICY + "=required; Debian: chromium-driver");
        }
        return found;
    }

    /** @param home where pages' addresses begin */
    static Browser open(String home) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(binary().orElseThrow().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--lang=en-GB");
        LoggingPreferences log = new LoggingPreferences();
        log.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", log);
        ChromeDriverService driver = new ChromeDriverService.Builder()
                .usingDriverExecutable(service().orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        Browser browser = new Browser(new ChromeDriver(driver, options), home);
        browser.driver.manage().timeouts().pageLoadTimeout(PATIENCE).scriptTimeout(PATIENCE);
        browser.show(View.WIDE);
        return browser;
    }

    private static Optional<Path> binary() {
        return first("/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser");
    }

    private static Optional<Path> service() {
        return first("/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver", "/usr/local/bin/chromedriver");
    }

    private static Optional<Path> first(String... candidates) {
        return Stream.of(candidates).map(Path::of).filter(Files::isExecutable).findFirst();
    }

    private static String read(String resource) {
        try {
            return new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    void go(String path) {
        driver.get(home + path);
    }

    void back() {
        driver.navigate().back();
    }

    String path() {
        return Objects.requireNonNull(driver.getCurrentUrl()).substring(home.length());
    }

    String text() {
        return driver.findElement(By.tagName("main")).getText();
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    void fill(String id, String text) {
        WebElement field = driver.findElement(By.id(id));
        field.clear();
        field.sendKeys(text);
    }

    void choose(String id, String value) {
        new Select(driver.findElement(By.id(id))).selectByValue(value);
    }

    /** A button or link by its words. */
    void press(String words) {
        String quoted = "'" + words + "'";
        WebElement wanted = driver
                .findElements(By.xpath("//main//button[normalize-space()=" + quoted
                        + "] | //main//a[normalize-space()=" + quoted
                        + "] | //main//summary[starts-with(normalize-space(),"
                        + quoted + ")] | //header//a[normalize-space()=" + quoted
                        + "] | //header//button[normalize-space()=" + quoted
                        + "] | //footer//button[normalize-space()=" + quoted + "]"))
                .stream()
                .filter(WebElement::isDisplayed)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing says " + quoted + " on " + path() + ":\n" + text()));
        driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", wanted);
        boolean leadsOn = Boolean.TRUE.equals(driver.executeScript(
                "const it = arguments[0]; return it.tagName === 'A' || it.type === 'submit' && it.form !== null"
                        + " && !it.form.hasAttribute('hx-post')",
                wanted));
        driver.executeScript("window.browserPressed = true");
        wanted.click();
        clicks++;
        if (leadsOn) {
            // The driver's click returns while a form is still on its way.
            patiently()
                    .withMessage(() -> quoted + " led nowhere from " + path() + ":\n" + text())
                    .until(_ -> run("return !window.browserPressed && document.readyState === 'complete'")
                            .equals(true));
        }
    }

    /** How often something was pressed; a script that clicks counts for itself. */
    int clicks() {
        return clicks;
    }

    /** On the keyboard, wherever the focus is. */
    void type(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    void await(String text) {
        patiently()
                .withMessage(() -> "\"" + text + "\" on " + path() + ":\n" + text())
                .until(_ -> text().contains(text));
    }

    void awaitPath(String regex) {
        patiently().until(_ -> path().matches(regex));
    }

    /** Waits through the moments in which one page takes the place of another. */
    private FluentWait<WebDriver> patiently() {
        return new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50))
                .ignoring(StaleElementReferenceException.class, JavascriptException.class);
    }

    Object run(String script) {
        return Objects.requireNonNull(driver.executeScript(script));
    }

    /** Looks at the page in every way; what is found wrong is told by {@link #faults}. */
    void look(String name) {
        for (View view : View.values()) {
            show(view);
            String what = name + "-" + view;
            violations(view.dark ? RULES_OF_COLOUR : EVERY_RULE)
                    .forEach(violation -> faults.add(what + ": " + violation));
            Object beyond = run("return document.scrollingElement.scrollWidth - innerWidth");
            if (!beyond.equals(0L)) {
                faults.add(what + ": " + beyond + " pixels beyond the edge");
            }
            capture(what + ".png");
        }
        driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                // The status that a page has on purpose is no error of the page.
                .filter(entry -> !entry.getMessage().contains("the server responded with a status of 4"))
                .forEach(entry -> faults.add(name + ": the browser says " + entry.getMessage()));
    }

    List<String> faults() {
        return faults;
    }

    @SuppressWarnings("unchecked")
    private List<String> violations(String rules) {
        return (List<String>) answer(AXE, """
                axe.run({resultTypes: ['violations'], runOnly: %s}).then(
                  found => found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')),
                  failure => [String(failure)])
                """.formatted(rules));
    }

    /** What a promise comes to in the page, which is not null. */
    Object answer(String promise) {
        return answer("", promise);
    }

    /**
     * What a promise comes to in the page. A page that is replaced meanwhile never answers, so its successor is asked again.
     *
     * @param library what the page has to have first, once; empty if it needs nothing
     * @param promise an expression; what it comes to is not null
     */
    private Object answer(String library, String promise) {
        String answer = "window.browserAnswer" + ++questions;
        return Objects.requireNonNull(patiently()
                .pollingEvery(Duration.ofMillis(15))
                .<@Nullable Object>until(_ -> {
                    if (run("return " + answer + " === undefined").equals(true)) {
                        if (!library.isEmpty() && run("return !window.axe").equals(true)) {
                            driver.executeScript(library);
                        }
                        driver.executeScript(
                                answer + " = null; (" + promise + ").then(found => " + answer + " = found)");
                    }
                    return driver.executeScript("return " + answer);
                }));
    }

    private void show(View view) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", view.width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", view.dark ? "dark" : "light"),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        answer("", TWO_FRAMES);
    }

    /** For people to look at; only where they ask for it. */
    private void capture(String file) {
        if (screenshots == null) {
            return;
        }
        try {
            Files.createDirectories(screenshots);
            Number height = (Number) run("return document.documentElement.scrollHeight");
            Number width = (Number) run("return innerWidth");
            Map<String, Object> shot = driver.executeCdpCommand(
                    "Page.captureScreenshot",
                    Map.of(
                            "captureBeyondViewport",
                            true,
                            "clip",
                            Map.of(
                                    "x",
                                    0,
                                    "y",
                                    0,
                                    "width",
                                    width,
                                    "height",
                                    Math.min(height.intValue(), 3000),
                                    "scale",
                                    1)));
            Files.write(screenshots.resolve(file), OutputType.BYTES.convertFromBase64Png(Objects.requireNonNull((String)
                    shot.get("data"))));
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** As if it had just been opened: signed in nowhere, with nothing typed and nothing found. */
    Browser anew() {
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
        driver.manage().logs().get(LogType.BROWSER);
        String old = driver.getWindowHandle();
        String fresh = driver.switchTo().newWindow(WindowType.TAB).getWindowHandle();
        driver.switchTo().window(old).close();
        driver.switchTo().window(fresh);
        show(View.WIDE);
        faults.clear();
        return this;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
