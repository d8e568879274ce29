// A headless Chromium, driven through chromedriver's HTTP interface (W3C WebDriver): a few requests, so no package for them.
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace RsrPlugins.Cli.Tests.Support;

internal sealed class Browser : IDisposable
{
    private static readonly string[] _arguments =
    [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1000,700",
        "--force-device-scale-factor=1",
    ];

    private readonly string _profile = Directory.CreateTempSubdirectory("rsr-browser-").FullName;
    private readonly Process _driver;
    private readonly HttpClient _client;
    private readonly string _session;

    private Browser(Process driver, int port)
    {
        _driver = driver;
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(60) };
        object options = new { args = _arguments.Append($"--user-data-dir={_profile}").ToArray(), binary = Program("chromium") };
        _session = Send(
                "session",
                new
                {
                    capabilities = new
                    {
                        alwaysMatch = new Dictionary<string, object>
                        {
                            ["browserName"] = "chrome",
                            ["goog:chromeOptions"] = options,
                            ["goog:loggingPrefs"] = new { browser = "ALL" },
                        },
                    },
                }
            )
            .GetProperty("sessionId")
            .GetString()!;
    }

    public static Browser Start()
    {
        Assert.SkipUnless(
            Program("chromium") is not null && Program("chromedriver") is not null,
            "needs chromium and chromedriver (Debian: chromium, chromium-driver)"
        );
        Process driver = Process.Start(
            new ProcessStartInfo(Program("chromedriver")!, ["--port=0"]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        const string started = "started successfully on port ";
        while (driver.StandardOutput.ReadLine() is { } line)
        {
            if (line.IndexOf(started, StringComparison.Ordinal) is >= 0 and int place)
            {
                _ = driver.StandardOutput.ReadToEndAsync(); // So that it never waits for us.
                _ = driver.StandardError.ReadToEndAsync();
                return new Browser(
                    driver,
                    int.Parse(line[(place + started.Length)..].TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture)
                );
            }
        }

        throw new InvalidOperationException($"chromedriver did not start: {driver.StandardError.ReadToEnd()}");
    }

    public void Open(string path) => Send($"session/{_session}/url", new { url = new Uri(path).AbsoluteUri });

    /// <summary>The value of an expression in the page; a promise is waited for.</summary>
    public JsonElement Evaluate(string expression) =>
        Send($"session/{_session}/execute/sync", new { script = $"return ({expression});", args = Array.Empty<object>() });

    /// <summary>Waits until an expression is true.</summary>
    public void Until(string expression) =>
        Assert.True(
            SpinWait.SpinUntil(() => Evaluate(expression).ValueKind == JsonValueKind.True, TimeSpan.FromSeconds(20)),
            $"never true: {expression}; {Log()}"
        );

    /// <summary>Presses the mouse at one place of the window, moves it to another and lets go.</summary>
    public void Drag(int fromX, int fromY, int toX, int toY) =>
        Send(
            $"session/{_session}/actions",
            new
            {
                actions = new[]
                {
                    new
                    {
                        type = "pointer",
                        id = "mouse",
                        actions = new object[]
                        {
                            new
                            {
                                type = "pointerMove",
                                duration = 0,
                                x = fromX,
                                y = fromY,
                            },
                            new { type = "pointerDown", button = 0 },
                            new
                            {
                                type = "pointerMove",
                                duration = 100,
                                x = toX,
                                y = toY,
                            },
                            new { type = "pointerUp", button = 0 },
                        },
                    },
                },
            }
        );

    /// <summary>The window as a PNG.</summary>
    public byte[] Screenshot() => Convert.FromBase64String(Send($"session/{_session}/screenshot", null).GetString()!);

    /// <summary>What the page complained of: errors of scripts, and anything its policy forbade.</summary>
    public string Log() =>
        string.Join(
            "; ",
            Send($"session/{_session}/se/log", new { type = "browser" })
                .EnumerateArray()
                .Select(entry => entry.GetProperty("message").GetString())
        );

    public void Dispose()
    {
        try
        {
            using HttpResponseMessage ended = _client
                .DeleteAsync(new Uri($"session/{_session}", UriKind.Relative))
                .GetAwaiter()
                .GetResult();
        }
        catch (HttpRequestException)
        {
            // It has gone already.
        }

        _client.Dispose();
        _driver.Kill(entireProcessTree: true);
        _driver.WaitForExit();
        _driver.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private JsonElement Send(string path, object? body)
    {
        // With its length: chromedriver takes no body in chunks.
        using StringContent content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        Uri address = new Uri(path, UriKind.Relative);
        using HttpResponseMessage response = (body is null ? _client.GetAsync(address) : _client.PostAsync(address, content))
            .GetAwaiter()
            .GetResult();
        JsonElement value = response.Content.ReadFromJsonAsync<JsonElement>().GetAwaiter().GetResult().GetProperty("value");
        return response.IsSuccessStatusCode ? value : throw new InvalidOperationException($"{path}: {value}");
    }

    private static string? Program(string name) =>
        Environment
            .GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
