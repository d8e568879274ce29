// Makes the release: dotnet run -c Release --project installer. One program for Linux and Windows, so that both make the same.
// It reads top to bottom in the order in which things are made; docs/release.md says what each file is for.
using RsrPlugins.Release;

string nativeRuntime = "npm";
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--native-runtime" when i + 1 < args.Length && args[i + 1] is "npm" or "nuget":
            nativeRuntime = args[++i];
            break;
        default:
            Console.Error.WriteLine($"Unknown argument: {args[i]}. Usage: dotnet run -c Release --project installer [-- --native-runtime npm|nuget]");
            return 2;
    }
}

try
{
    new ReleaseBuilder(Repository.Find(Environment.CurrentDirectory), nativeRuntime).Build();
    return 0;
}
catch (ReleaseException error)
{
    Console.Error.WriteLine($"release: {error.Message}");
    return 1;
}
