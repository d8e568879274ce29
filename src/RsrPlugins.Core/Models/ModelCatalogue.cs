// models.json beside the ONNX files says what is installed. A file is hashed when it is opened, not when the list is read,
// so that listing is instant and a damaged file is found before the runtime sees it.
using System.Security.Cryptography;
using System.Text.Json;

namespace RsrPlugins.Core.Models;

/// <summary>The installed models of one folder.</summary>
public sealed class ModelCatalogue
{
    /// <summary>Names another models folder than the one beside the engine.</summary>
    public const string EnvironmentVariable = "RSR_MODELS";

    /// <summary>Names another folder of added models than the user's own.</summary>
    public const string UserVariable = "RSR_USER_MODELS";

    /// <summary>Longest part of a message that may hold words of the file.</summary>
    internal const int MaxQuote = 300;

    private const int MaxName = 200;
    internal const int KnownFormat = 2;
    private const int MaxScale = 16;
    private const int MaxStep = 4096;
    private const int MaxHalo = 4096;

    private readonly IReadOnlyList<ModelDescriptor> _listed;

    private ModelCatalogue(string folder, IReadOnlyList<ModelDescriptor> models, IReadOnlyList<ModelDescriptor> listed)
    {
        Folder = folder;
        Models = models;
        _listed = listed;
    }

    public string Folder { get; }

    /// <summary>Why added models are missing; null where none is.</summary>
    public string? Problem { get; private init; }

    /// <summary>Rows of models.json whose ONNX file exists, in file order (an installer may leave scales out).</summary>
    public IReadOnlyList<ModelDescriptor> Models { get; }

    /// <summary>Reads models.json of a folder.</summary>
    /// <exception cref="ModelException">The folder or models.json is missing or not understood.</exception>
    public static ModelCatalogue Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string root = Path.GetFullPath(folder);
        string list = Path.Combine(root, "models.json");
        CheckIsFile(list, "a list of models");
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(list));
            int format = json.RootElement.GetProperty("format").GetInt32();
            if (format != KnownFormat)
            {
                string advice =
                    format < KnownFormat
                        ? "The models are of an older release: install the models of this one."
                        : "The models are of a newer release: install the program of that one.";
                throw new ModelException($"{list} has format {format}; this version reads format {KnownFormat}. {advice}");
            }

            ModelDescriptor[] models = [.. json.RootElement.GetProperty("models").EnumerateArray().Select(row => Read(root, list, row))];
            if (models.GroupBy(model => model.Id).FirstOrDefault(same => same.Count() > 1) is { } twice)
            {
                throw new ModelException($"{list} lists {twice.Key} twice. Reinstall the models.");
            }

            return new ModelCatalogue(root, [.. models.Where(model => File.Exists(model.FilePath))], models);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException(
                $"No models: {list} is missing. Install the models, or name their folder in {EnvironmentVariable}.",
                exception
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{list} cannot be read: {exception.Message}", exception);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelException(
                $"{list} is not a list of models: {OneLine.Quote(exception.Message, MaxQuote)} Reinstall the models.",
                exception
            );
        }
    }

    /// <summary>
    /// The folder "models" beside the engine's own assembly, or RSR_MODELS where that is set; and the models a person has added, which
    /// never replace an installed one. A list of added models that cannot be read takes no installed model with it: <see cref="Problem"/>
    /// says why.
    /// </summary>
    /// <exception cref="ModelException">See <see cref="Load"/>.</exception>
    public static ModelCatalogue LoadDefault()
    {
        string? asked = Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } named ? named : null;
        string[] folders = [.. InstallLocation.Folders().Select(folder => Path.Combine(folder, "models"))];
        ModelCatalogue installed = Load(asked ?? folders.FirstOrDefault(Directory.Exists) ?? folders[0]);
        string? own = UserFolder(asked is not null);
        return own is null || !File.Exists(Path.Combine(own, "models.json")) ? installed : installed.With(own);
    }

    /// <summary>Where added models live: RSR_USER_MODELS, else RsrPlugins/models in the user's own application data.</summary>
    public static string UserFolder() => UserFolder(installedIsNamed: false)!;

    // Who names the folder of the installed models (a test, a build) wants those and nothing of the user's, unless that is named too.
    private static string? UserFolder(bool installedIsNamed)
    {
        if (Environment.GetEnvironmentVariable(UserVariable) is { Length: > 0 } asked)
        {
            return Path.GetFullPath(asked);
        }

        return installedIsNamed
            ? null
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "RsrPlugins",
                "models"
            );
    }

    private ModelCatalogue With(string own)
    {
        try
        {
            ModelDescriptor[] added = [.. Load(own).Models];
            ModelDescriptor? twice = added.FirstOrDefault(model => Models.Any(installed => installed.Id == model.Id));
            return new ModelCatalogue(
                Folder,
                [.. Models, .. added.Where(model => Models.All(installed => installed.Id != model.Id))],
                _listed
            )
            {
                Problem = twice is null
                    ? null
                    : $"{twice.FilePath} is ignored: an installed model has the same name. 'rsr models remove {twice.Id}' removes it.",
            };
        }
        catch (ModelException exception)
        {
            return new ModelCatalogue(Folder, Models, _listed) { Problem = exception.Message };
        }
    }

    /// <summary>Scale factors for which such a network is installed, ascending.</summary>
    public IReadOnlyList<int> Scales(NetworkTask task, ModelKind kind) =>
        [.. Models.Where(model => model.Task == task && model.Kind == kind).Select(model => model.Scale).Distinct().Order()];

    /// <summary>Scale factors the list names for pairs and enlargements, installed or not, ascending.</summary>
    public IReadOnlyList<int> ListedScales() =>
        [.. _listed.Where(model => model.Scale > 1).Select(model => model.Scale).Distinct().Order()];

    /// <summary>
    /// Whether the list names such a network, installed or not: then a scale is that network or nothing, because quietly taking another way
    /// to it would not be what was asked for.
    /// </summary>
    public bool Lists(NetworkTask task, ModelKind kind, decimal scale) =>
        _listed.Any(model => model.Task == task && model.Kind == kind && model.Scale == scale);

    /// <summary>Finds a network.</summary>
    /// <exception cref="ModelException">Not installed; the message names the scales that are.</exception>
    public ModelDescriptor Find(NetworkTask task, ModelKind kind, int scale)
    {
        if (Models.FirstOrDefault(model => model.Task == task && model.Kind == kind && model.Scale == scale) is { } found)
        {
            return found;
        }

        IReadOnlyList<int> scales = Scales(task, kind);
        string installed = scales.Count == 0 ? "installed: none" : $"installed: {string.Join(", ", scales.Select(other => $"x{other}"))}";
        string what = task switch
        {
            NetworkTask.Reduce => "reduces",
            NetworkTask.Enlarge => "enlarges",
            NetworkTask.Gradient => "corrects reductions",
            _ => "cleans up",
        };
        throw new ModelException(
            $"A network that {what} x{scale} ({kind.ToString().ToLowerInvariant()}) is not installed in {Folder}; {installed}. Choose an installed scale or install this one."
        );
    }

    /// <summary>The network that stands in for one of ordinary images where a picture shows that it may: null where none is
    /// installed.</summary>
    /// <param name="model">Any network.</param>
    public ModelDescriptor? StandInFor(ModelDescriptor model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model is { Kind: ModelKind.Photo, Task: NetworkTask.Enlarge }
            ? Models.FirstOrDefault(other =>
                other is { Kind: ModelKind.Antialiased, Task: NetworkTask.Enlarge, Preference: not null } && other.Scale == model.Scale
            )
            : null;
    }

    /// <summary>Finds a model by its id.</summary>
    /// <exception cref="ModelException">Not installed.</exception>
    public ModelDescriptor Named(string id) =>
        Models.FirstOrDefault(model => model.Id == id)
        ?? throw new ModelException(
            $"No model {id} is installed or added; expected one of {string.Join(", ", Models.Where(model => model.Shape.MakesPictures && !model.Shape.Reduces).Select(model => model.Id))}. 'rsr models list' shows all."
        );

    /// <summary>The installed partner of a network, if it does this task; null where either is not installed.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="task">What the partner is for.</param>
    public ModelDescriptor? PartnerOf(string id, NetworkTask task) =>
        Models.FirstOrDefault(model => model.Id == id)?.PairId is { } partner
            ? Models.FirstOrDefault(model => model.Id == partner && model.Task == task)
            : null;

    /// <summary>The gradient that corrects a reducing network's pictures: that of its partner.</summary>
    /// <exception cref="ModelException">Not installed.</exception>
    public ModelDescriptor GradientFor(ModelDescriptor reducing)
    {
        ArgumentNullException.ThrowIfNull(reducing);
        return Models.FirstOrDefault(model =>
                model.Task == NetworkTask.Gradient && reducing.PairId is not null && model.PairId == reducing.PairId
            ) ?? Find(NetworkTask.Gradient, reducing.Kind, reducing.Scale);
    }

    /// <summary>Reads a model's bytes and checks length and SHA-256.</summary>
    /// <exception cref="ModelException">Missing, wrong length or wrong hash: says expected and found.</exception>
    public static byte[] ReadVerified(ModelDescriptor model)
    {
        ArgumentNullException.ThrowIfNull(model);
        byte[] bytes;
        CheckIsFile(model.FilePath, "a model");
        try
        {
            bytes = File.ReadAllBytes(model.FilePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{model.FilePath} ({model.Id}) cannot be read: {exception.Message} Reinstall the models.", exception);
        }

        if (bytes.LongLength != model.ByteLength)
        {
            throw new ModelException(
                $"{model.FilePath} is damaged: expected {model.ByteLength:N0} bytes, found {bytes.LongLength:N0}. Reinstall the models."
            );
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (hash != model.Sha256)
        {
            throw new ModelException($"{model.FilePath} is damaged: expected SHA-256 {model.Sha256}, found {hash}. Reinstall the models.");
        }

        return bytes;
    }

    /// <summary>Pipes and devices are not opened, because they would wait or never end; they have no length.</summary>
    private static void CheckIsFile(string path, string what)
    {
        if (new FileInfo(path) is { Exists: true, Length: 0 })
        {
            throw new ModelException($"{path} is not {what}: it is empty, a pipe or a device. Reinstall the models.");
        }
    }

    private static ModelDescriptor Read(string root, string list, JsonElement row)
    {
        string id = Text(row, "id");
        ModelException Wrong(string field, string expected) => WrongIn(row, field, expected);
        ModelException WrongIn(JsonElement part, string field, string expected) =>
            new(
                $"{list}: {id}: \"{field}\" must be {expected}; found {OneLine.Quote(part.GetProperty(field).GetRawText())}. Reinstall the models."
            );

        // A name, not a path: nothing outside the models folder is ever opened because of this file.
        string InFolder(string field)
        {
            string name = Text(row, field);
            return name.Length > 0 && name != ".." && name.AsSpan().IndexOfAny("/\\:") < 0
                ? Path.Combine(root, name)
                : throw Wrong(field, "a file name without a path");
        }

        ModelKind kind = Named<ModelKind>(row, "kind");
        int scale = row.GetProperty("scale").GetInt32();
        if (scale is < 1 or > MaxScale)
        {
            throw Wrong("scale", $"1 to {MaxScale}");
        }

        NetworkShape shape = ReadShape(row.GetProperty("shape"));
        if (shape.MakesPictures && shape.Factor != scale)
        {
            throw Wrong("scale", $"the factor of its steps, {shape.InputStep} to {shape.OutputStep}");
        }

        string hash = Text(row, "sha256");
        if (hash.Length != 64 || !hash.All(char.IsAsciiHexDigitLower))
        {
            throw Wrong("sha256", "64 lower-case hex digits");
        }

        return new ModelDescriptor(
            id,
            Text(row, "network"),
            kind,
            scale,
            InFolder("file"),
            InFolder("card"),
            row.GetProperty("bytes").GetInt64(),
            hash,
            shape,
            OptionalText(row, "pair")
        )
        {
            TrainedOn = row.TryGetProperty("trainedOn", out JsonElement sets)
                ? [.. sets.EnumerateArray().Select(set => set.GetString()!)]
                : [],
            Strength = ReadEstimator("strength"),
            Rest = ReadEstimator("rest"),
            Preference = ReadEstimator("preference"),
            Protocol = OptionalText(row, "protocol") ?? string.Empty,
            Psnr = Figures(row, "psnr"),
            Ssim = Figures(row, "ssim"),
        };

        StrengthEstimator? ReadEstimator(string field)
        {
            if (OptionalText(row, field) is not { } text)
            {
                return null;
            }

            if (!shape.MakesPictures || shape.Reduces)
            {
                throw new InvalidOperationException($"{id}: \"{field}\" is for networks that enlarge.");
            }

            try
            {
                return StrengthEstimator.Parse(text);
            }
            catch (FormatException exception)
            {
                throw new InvalidOperationException($"{id}: \"{field}\": {exception.Message}", exception);
            }
        }

        T Named<T>(JsonElement part, string field)
            where T : struct, Enum
        {
            string name = Text(part, field);
            return Enum.TryParse(name, ignoreCase: true, out T value) && Enum.GetNames<T>().Contains(name, StringComparer.OrdinalIgnoreCase)
                ? value
                : throw WrongIn(part, field, string.Join(" or ", Enum.GetNames<T>()));
        }

        int Whole(JsonElement part, string field, int from, int to)
        {
            int value = part.GetProperty(field).GetInt32();
            return value >= from && value <= to ? value : throw WrongIn(part, field, $"{from} to {to}");
        }

        double Amount(JsonElement part, string field)
        {
            double value = part.GetProperty(field).GetDouble();
            return value >= 0 && double.IsFinite(value) ? value : throw WrongIn(part, field, "0 or more");
        }

        NetworkPlanes ReadPlanes(JsonElement planes)
        {
            PlaneContent carries = Named<PlaneContent>(planes, "carries");
            int expected = carries switch
            {
                PlaneContent.Rgb => 3,
                PlaneContent.LumaAndSubPixels => 1 + (scale * scale),
                _ => 1,
            };
            int count = Whole(planes, "count", 1, 1 + (MaxScale * MaxScale));
            return count == expected
                ? new NetworkPlanes(carries, count, Named<ValueUnit>(planes, "unit"))
                : throw WrongIn(planes, "count", $"{expected} for {carries}");
        }

        NetworkShape ReadShape(JsonElement part)
        {
            NetworkShape read = new NetworkShape(
                Whole(part, "inputStep", 1, MaxStep),
                Whole(part, "outputStep", 1, MaxStep),
                Whole(part, "halo", 0, MaxHalo),
                Whole(part, "alignment", 1, MaxStep),
                ReadPlanes(part.GetProperty("input")),
                ReadPlanes(part.GetProperty("output")),
                Amount(part, "operationsPerInputPixel"),
                Amount(part, "featureBytesPerInputPixel")
            )
            {
                TilesAreExact = !part.TryGetProperty("tilesAreExact", out JsonElement exact) || exact.GetBoolean(),
            };
            return Math.Max(read.InputStep, read.OutputStep) % Math.Min(read.InputStep, read.OutputStep) == 0
                ? read
                : throw WrongIn(part, "outputStep", $"a multiple or a divisor of the input step {read.InputStep}");
        }
    }

    /// <summary>A name or an id: short, and fit to be printed.</summary>
    private static string Text(JsonElement row, string field)
    {
        string text = row.GetProperty(field).GetString() ?? throw new InvalidOperationException($"\"{field}\" is null.");
        return text.Length <= MaxName && !text.Any(char.IsControl)
            ? text
            : throw new InvalidOperationException(
                $"\"{field}\" must be at most {MaxName} characters that print; found {OneLine.Quote(text)}."
            );
    }

    private static string? OptionalText(JsonElement row, string field) =>
        row.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;

    private static Dictionary<string, double> Figures(JsonElement row, string field)
    {
        Dictionary<string, double> figures = new Dictionary<string, double>();
        if (row.TryGetProperty(field, out JsonElement given))
        {
            foreach (JsonProperty figure in given.EnumerateObject())
            {
                // JSON lets a name stand twice; which of the two holds, nobody says.
                if (!figures.TryAdd(figure.Name, figure.Value.GetDouble()))
                {
                    throw new InvalidOperationException($"\"{field}\" names {OneLine.Quote(figure.Name)} twice.");
                }
            }
        }

        return figures;
    }
}
